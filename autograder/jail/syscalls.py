"""The kernel's calls that Python has no function for, by name, through the C library."""

from __future__ import annotations

import ctypes
import errno
import os
import platform

_TABLE = """
    open:2:- openat:257:56 openat2:437:437 creat:85:- open_by_handle_at:304:265 name_to_handle_at:303:264 truncate:76:45 chmod:90:-
    fchmod:91:52 fchmodat:268:53 fchmodat2:452:452 chown:92:- lchown:94:- fchown:93:55 fchownat:260:54 utime:132:- utimes:235:-
    futimesat:261:- utimensat:280:88 setxattr:188:5 lsetxattr:189:6 fsetxattr:190:7 removexattr:197:14 lremovexattr:198:15
    fremovexattr:199:16 rename:82:- renameat:264:38 renameat2:316:276 link:86:- linkat:265:37 symlink:88:- symlinkat:266:36 unlink:87:-
    unlinkat:263:35 mkdir:83:- mkdirat:258:34 rmdir:84:- mknod:133:- mknodat:259:33 socket:41:198 socketpair:53:199 connect:42:203
    bind:49:200 listen:50:201 accept:43:202 accept4:288:242 sendto:44:206 sendmsg:46:211 sendmmsg:307:269 setsockopt:54:208 clone:56:220
    clone3:435:435 fork:57:- vfork:58:- execve:59:221 execveat:322:281 setsid:112:157 setpgid:109:154 kill:62:129 tkill:200:130
    tgkill:234:131 rt_sigqueueinfo:129:138 rt_tgsigqueueinfo:297:240 pidfd_open:434:434 pidfd_getfd:438:438 pidfd_send_signal:424:424
    ptrace:101:117 process_vm_readv:310:270 process_vm_writev:311:271 process_madvise:440:440 process_mrelease:448:448 kcmp:312:272
    get_robust_list:274:100 move_pages:279:239 migrate_pages:256:238 prlimit64:302:261 setpriority:141:140 sched_setaffinity:203:122
    sched_setscheduler:144:119 sched_setparam:142:118 sched_setattr:314:274 ioprio_set:251:30 prctl:157:167 fcntl:72:25 ioctl:16:29
    seccomp:317:277 capset:126:91 setns:308:268 unshare:272:97 personality:135:92 landlock_create_ruleset:444:444
    landlock_add_rule:445:445 landlock_restrict_self:446:446 mount:165:40 umount2:166:39 pivot_root:155:41 chroot:161:51
    move_mount:429:429 open_tree:428:428 fsopen:430:430 fsconfig:431:431 fsmount:432:432 fspick:433:433 mount_setattr:442:442
    statmount:457:457 listmount:458:458 swapon:167:224 swapoff:168:225 keyctl:250:219 add_key:248:217 request_key:249:218 bpf:321:280
    perf_event_open:298:241 userfaultfd:323:282 io_uring_setup:425:425 io_uring_enter:426:426 io_uring_register:427:427 io_setup:206:0
    io_submit:209:2 io_destroy:207:1 io_getevents:208:4 io_pgetevents:333:292 io_cancel:210:3 memfd_create:319:279 memfd_secret:447:447
    shmget:29:194 shmat:30:196 shmctl:31:195 shmdt:67:197 semget:64:190 semop:65:193 semtimedop:220:192 semctl:66:191 msgget:68:186
    msgsnd:69:189 msgrcv:70:188 msgctl:71:187 mq_open:240:180 mq_unlink:241:181 mq_timedsend:242:182 mq_timedreceive:243:183
    mq_notify:244:184 mq_getsetattr:245:185 kexec_load:246:104 kexec_file_load:320:294 init_module:175:105 finit_module:313:273
    delete_module:176:106 create_module:174:- query_module:178:- get_kernel_syms:177:- nfsservctl:180:42 fanotify_init:300:262
    fanotify_mark:301:263 inotify_init:253:- inotify_init1:294:26 inotify_add_watch:254:27 splice:275:76 tee:276:77 vmsplice:278:75
    quotactl:179:60 quotactl_fd:443:443 syslog:103:116 iopl:172:- ioperm:173:- acct:163:89 reboot:169:142 sethostname:170:161
    setdomainname:171:162 vhangup:153:58 lookup_dcookie:212:18 settimeofday:164:170 clock_settime:227:112 adjtimex:159:171
    clock_adjtime:305:266 modify_ldt:154:- uselib:134:- ustat:136:- sysfs:139:- _sysctl:156:- setuid:105:146 setgid:106:144
    setreuid:113:145 setregid:114:143 setresuid:117:147 setresgid:119:149 setgroups:116:159 setfsuid:122:151 setfsgid:123:152
    close_range:436:436 set_mempolicy_home_node:450:450 lsm_set_self_attr:460:460 mseal:462:462
"""
"""name:x86_64:aarch64, where "-" means that the processor has no such call. The kernel never changes a number."""

LAST = 462
"""The newest call of the table, ``mseal``. What is newer is unknown to this file, and so to the filter that is made of it."""

_COLUMNS = {"x86_64": 1, "aarch64": 2}
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # <linux/audit.h>

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def _numbers(machine: str) -> dict[str, int]:
    """The calls that a processor has, by name; none for a processor that is not in the table."""
    if machine not in _COLUMNS:
        return {}
    rows = [row.split(":") for row in _TABLE.split()]
    return {row[0]: int(row[_COLUMNS[machine]]) for row in rows if row[_COLUMNS[machine]] != "-"}


def machine() -> str:
    """The processor, as far as calls go: a 32-bit Python on a 64-bit processor speaks another table, which is not here."""
    return platform.machine() if ctypes.sizeof(ctypes.c_void_p) == 8 else "32-bit " + platform.machine()


NUMBERS = _numbers(machine())


def audit_code() -> int:
    """How the kernel names this processor to a filter. Raises OSError if the table does not have it."""
    if not NUMBERS:
        raise OSError(errno.ENOSYS, f"there is no table of system calls for {machine()}, only for {', '.join(_COLUMNS)}")
    return _AUDIT[machine()]


def call(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make one call of the kernel.

    Args:
        name: as in the table.
        *arguments: numbers, or what is passed by its address.

    Returns:
        What the kernel returns.

    Raises:
        OSError: the kernel refuses, or the processor is not in the table.
    """
    if name not in NUMBERS:
        raise OSError(errno.ENOSYS, f"{name}: no such call on {machine()}")
    passed = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    result = int(_libc.syscall(ctypes.c_long(NUMBERS[name]), *passed))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option: int, value: int = 0) -> int:
    """Change or ask something about this process. Raises OSError."""
    return call("prctl", option, value, 0, 0, 0)


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None) -> None:
    """Mount a file system, or bind a path to another. Raises OSError, which names the target."""
    source_, target_, kind_, options_ = (text if text is None else os.fsencode(text) for text in (source, target, kind, options))
    try:
        call("mount", source_, target_, kind_, flags, options_)
    except OSError as error:
        raise OSError(error.errno, f"mount on {target}: {os.strerror(error.errno or 0)}") from None
