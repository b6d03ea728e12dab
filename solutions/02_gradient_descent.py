# %% [markdown]
# # 02 · Gradient descent
#
# **First run everything: *Run → Run All Cells* in the menu.** The moving pictures below need Python at work. In a
# notebook that you open again they say "model not found" until you do.
#
# A neural network learns by changing its numbers until its error is as small as it can be. There may be millions of
# numbers, so nobody can try them all. There is a simpler way: **feel which way the ground slopes, take a step
# downhill, and repeat.** That is gradient descent. Almost everything in deep learning is trained this way.
#
# **When you are through, you can**
#
# - say what a derivative tells you, and find the one of $x^2$;
# - write gradient descent yourself, in five lines that work for one number and for a million;
# - tell from the learning rate whether a descent creeps, arrives, swings, or flies apart;
# - measure a gradient without calculus, and use that to check one you worked out by hand;
# - fit a line to real flowers with your own code.
#
# **Time:** about 80 minutes; section 4 ends at a good place for a break. You need Python functions and loops, a little
# NumPy, and derivatives from school.
#
# **How checking works.** Under each exercise is a cell with `dlteach.check`. Run it as often as you like: it tries
# your function on several inputs and tells you what is wrong; the number below it is your points. Nothing breaks if
# you skip an exercise: the rest of the lesson uses your functions where they are right, and ours where they are not.
#
# Then read from top to bottom. When you have written a function, run its cell and all below it (*Run → Run Selected
# Cell and All Below*), so that the pictures use it. Many cells only draw a picture: you need not read their code. Where
# it says **Play**, use the controls of the picture, or change the last line of the cell and run it again.

# %%
import numpy as np
from dlteach import use

# %% play=true
import matplotlib.pyplot as plt
from dlteach.widgets import explore_descent, explore_regression

# colours that can be told apart with any kind of colour vision
BLACK, BLUE, ORANGE, GREEN = "#000000", "#0072B2", "#D55E00", "#009E73"
plt.rcParams.update({"font.size": 11, "axes.grid": True, "grid.alpha": 0.3, "lines.linewidth": 2})

# %% [markdown]
# ## 1. The lowest point of a valley
#
# We start with the simplest valley there is, the curve of $f(x) = x^2$. Let us plot it for $x$ from −10 to 10, in
# steps of 0.1.

# %% play=true
x = np.arange(-10, 10.05, 0.1)

_, ax = plt.subplots(figsize=(6, 3.2))
ax.plot(x, x**2, color=BLUE)
ax.set(xlabel="x (no unit)", ylabel="f(x) = x² (no unit)", title=f"x² at {len(x)} places")
plt.show()

# %% [markdown]
# *In the picture: a valley, the same on both sides, with its lowest point at x = 0.*
#
# You see at a glance that the lowest point is at 0. A computer sees no picture, only numbers. It could work out all
# 201 heights and take the smallest.
#
# **Predict.** Here one number had to be found, by trying 201 values. What if there are *two* numbers, with 201 values
# each? What if there are ten?
#
# <details>
# <summary>Reveal</summary>
#
# Two numbers: every value of the first goes with every value of the second, 201 · 201 = 40,401 tries. Ten numbers:
# $201^{10}$, which is more than $10^{23}$. A computer that makes a billion tries a second would need over three
# million years. And a *small* network has tens of thousands of numbers.
#
# </details>

# %% [markdown]
# So we cannot look at the whole landscape. Think of a walker in thick fog who wants to reach the valley floor: all
# she knows is the ground under her feet. But that is enough to know which way is down.

# %% [markdown]
# ## 2. The slope under your feet
#
# How steep is the curve at one place? Go a little way $\Delta$ to the right, see how far you have risen, and divide:
# rise over run. The **derivative** $f'(x)$ is what you get as the little way shrinks to nothing. For $x^2$ you can
# work it out with school algebra:
#
# $$\frac{(x + \Delta)^2 - x^2}{\Delta} \;=\; \frac{2x\Delta + \Delta^2}{\Delta} \;=\; 2x + \Delta
# \quad\longrightarrow\quad \dots \text{ as } \Delta \text{ shrinks to } 0$$
#
# (The arrow says: it comes nearer and nearer to. What is left is the first exercise; the *power rule* from school gives
# the same.)
#
# The straight line that touches the curve at a place, its **tangent**, is exactly as steep as the curve there. So a
# tangent makes the slope visible:


# %% play=true
def show_tangents(places):
    _, ax = plt.subplots(figsize=(6, 3.6))
    x = np.arange(-10, 10.05, 0.1)
    ax.plot(x, x**2, color=BLUE, label="x²")
    for place in places:
        h = 0.5
        slope = ((place + h) ** 2 - (place - h) ** 2) / (2 * h)  # measured on the curve; section 7 tells how
        near = np.array([place - 2.5, place + 2.5])
        ax.plot(near, place**2 + slope * (near - place), color=ORANGE, linestyle="--")
        ax.plot(place, place**2, "o", color=ORANGE)
        beside = (10, -6) if place > 0 else (-4, 12)
        ax.annotate(f"slope {slope:g}", (place, place**2), xytext=beside, textcoords="offset points")
    ax.set(xlabel="x (no unit)", ylabel="height (no unit)", title="Tangents of x²")
    plt.show()


show_tangents([-8, -4, 0, 5])

# %% [markdown]
# *In the picture: the valley with a dashed tangent at each chosen place. Left of 0 the tangents fall, at 0 the
# tangent is level, right of 0 they rise, and the farther from 0, the steeper.*
#
# **Play:** change the list of places in `show_tangents(...)`, and watch slope and place. What is the rule?
#
# **Predict.** At $x = -4$ the slope is negative. Which way is downhill there, to the left or to the right? And at
# $x = 5$?
#
# <details>
# <summary>Reveal</summary>
#
# A negative slope means that the curve falls as you go right, so downhill is to the **right**. At 5 the slope is
# positive, the curve rises to the right, and downhill is to the **left**. In both cases you must go *against the sign
# of the slope*. Keep that in mind: it is where the minus sign in the next section comes from.
#
# </details>


# %% exercise="quadratic_derivative"
def quadratic_derivative(x):
    """The derivative of x², at x.

    x: a number, or an array of any shape
    Returns the slope at each x, in the shape of x.
    """
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION


# %% [markdown]
# ## 3. One step downhill
#
# Now the walker can move. How long should a step be? Where the ground is level she may have arrived, so a short step is
# wise; where it is steep, there is a way to go. The simplest choice: a fixed share of the slope. And the minus sign
# makes her go against it, downhill:
#
# $$x_{t+1} = x_t - \text{lr} \cdot f'(x_t)$$
#
# | in the equation | in the code | what it is |
# |---|---|---|
# | $x_0$ | `start` | where she begins |
# | $x_t$ | `path[t]` | where she is after $t$ steps |
# | $f'$ | `grad` | a *function*: `grad(x)` is the slope at `x` (short for *gradient*, see below) |
# | lr | `lr` | the **learning rate**: how large a share of the slope becomes a step |
#
# Let us walk on $x^2$ by hand, from 10, with a learning rate of 0.1:
#
# | $t$ | place $x_t$ | slope $f'(x_t)$ | step $-0.1 \cdot f'(x_t)$ | next place $x_{t+1}$ |
# |---|---|---|---|---|
# | 0 | 10 | 20 | −2 | 8 |
# | 1 | 8 | 16 | −1.6 | 6.4 |
# | 2 | 6.4 | 12.8 | −1.28 | 5.12 |
#
# The steps get shorter, though nobody changed the learning rate: the ground gets flatter.
#
# **Predict.** Each place is a fixed fraction of the one before. Which fraction? Does the walker ever arrive at 0
# exactly?
#
# <details>
# <summary>Reveal</summary>
#
# 8/10 = 6.4/8 = 5.12/6.4 = 0.8. After $t$ steps she is at $10 \cdot 0.8^t$, which is never exactly 0, but soon close
# enough: after 31 steps it is below 0.01. Gradient descent comes as near as you like; *you* decide when to stop.
#
# </details>
#
# ### From one number to many
#
# A network has many numbers to find, so a place will be an array: with two numbers, `start` has shape `(2,)`. Then
# `grad(x)` is an array too, with one slope for each number in `x`; together they are called the **gradient**. The
# equation does not change at all. NumPy subtracts and multiplies whole arrays, so you need no loop over the entries,
# only one over the steps.
#
# The slope comes in as a *function*, which Python can hand over like any other value: inside yours it goes by the
# name `grad`, whatever it is called outside. So your walk works in every valley. The walk from the table above is
# `gradient_descent(quadratic_derivative, 10, 0.1, 3)`, and it returns an array of the places 10, 8, 6.4 and 5.12.
#
# Your function returns the whole **path**, one row per place, the start first. There are two ways to collect it; take
# the one you like better. Either begin with a list that holds the start, append each new place, and turn the list into
# an array at the end. Or make room first. For that, `np.shape(start)` tells the shape: `()` for a plain number, `(2,)`
# for two numbers. `np.zeros((7, *np.shape(start)))` then makes room for 7 places: the star puts the numbers of the
# shape in line after the 7, so here the result has the shape `(7,)` or `(7, 2)`.


# %% exercise="gradient_descent"
def gradient_descent(grad, start, lr, steps):
    """Walk downhill from start, and return every place on the way.

    grad: a function; grad(x) is the gradient at x, in the shape of x
    start: where to begin: a number, or an array of any shape (it must not be changed)
    lr: the learning rate, the same for all steps
    steps: how many steps to take
    Returns the path, an array of shape (steps + 1, *shape of start); its first row is the start.
    """
    # BEGIN SOLUTION
    path = np.zeros((steps + 1, *np.shape(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path
    # END SOLUTION


# %% [markdown]
# ### Watch your walk
#
# Here is a picture that moves. The walker in it is *your* `gradient_descent`, right or wrong, on $x^2$, from 10, with
# learning rate 0.1. (If it is not written yet, the picture says so and shows ours.)

# %% play=true
explore_descent(descend=gradient_descent)

# %% [markdown]
# *In the picture: on the left the curve x², with the walker (orange; before the first step the square of the start
# covers her), the tangent under her feet (purple, dashed) and her next step (green arrow). On the right her place after
# each step; play it, and it falls from 10 towards 0, fast at first, then more and more slowly. Below, the equation with
# the numbers of this step, each in the colour it has in the picture.*
#
# **How to use it**
#
# - **Time:** ▶ plays and pauses; the buttons beside it go one step back or forth, or to either end; the long slider
#   goes anywhere. While that slider has the focus (click it, or go there with Tab), keys do the same: Space, ← and →,
#   Home and End.
# - **Controls:** the learning rate and the number of steps can be changed, and the start (the square) can be dragged;
#   or go to it with the Tab key and use the arrow keys. Python then walks anew.
# - **Numbers:** point at anything in a picture to read its numbers, or open *Numbers at this step*.
# - **The ghost:** the grey, hollow walker is ours. While you are right, you cover her. Where the two part, there is a
#   mark under the slider, and a sentence says where you went and where we went. Then go one step back: there the
#   equation says where that step should lead.
#
# **Play:** go through the first three steps, and find the numbers of the table above. When you have changed your
# function, run its cell again, and then the one with the picture.

# %% [markdown]
# ## 4. The learning rate
#
# With learning rate 0.1, the walker got down to 0. What will happen with 0.01? With 0.5? 0.9? 1.0? 1.1?
#
# **Predict.** The next picture asks you before it shows what happens. (No need to calculate: a guess will do.) It
# begins with 0.01. Answer, watch her walk, then tick *Ask me again after each change* and set the other four.

# %% play=true
explore_descent(lr=0.01, grad=use("quadratic_derivative"), descend=use("gradient_descent"), ask=True)

# %% [markdown]
# *In the pictures: the curve and the places after each step, as above. What happens at a step stands below them, in
# words and numbers.*
#
# **Play:** drag the start elsewhere. Does it change *whether* the walker arrives?
#
# Here are all of them together:


# %% play=true
def compare_rates(rates, start=10.0, steps=12):
    descend, slope = use("gradient_descent"), use("quadratic_derivative")
    fig, axes = plt.subplots(2, 3, figsize=(10, 5), sharex=True, layout="constrained")
    for ax, lr in zip(axes.flat, rates, strict=False):
        ax.plot(descend(slope, start, lr, steps), "o-", color=ORANGE, markersize=4, linewidth=1)
        ax.axhline(0, color=BLACK, linewidth=1, linestyle=":")
        ax.set(title=f"lr = {lr:g}", xticks=range(0, steps + 1, 4))
    fig.supxlabel("step t")
    fig.supylabel("place x (no unit)")
    plt.show()


compare_rates([0.01, 0.1, 0.5, 0.9, 1.0, 1.1])

# %% [markdown]
# *In the pictures: the place after each step, for six learning rates. Up to 0.5 it falls towards 0 without crossing
# it; from 0.9 on it jumps from side to side; at 1.1 the jumps grow. Mind the numbers on the vertical axes: the last
# one goes much farther.*
#
# <details>
# <summary>Why?</summary>
#
# Put the slope $2x$ into the equation of the step:
#
# $$x_{t+1} = x_t - \text{lr} \cdot 2x_t = (1 - 2\,\text{lr}) \cdot x_t$$
#
# Every step multiplies the place by the same factor.
#
# | lr | factor $1 - 2\,\text{lr}$ | what happens |
# |---|---|---|
# | 0.01 | 0.98 | creeps: only 2 % nearer with each step |
# | 0.1 | 0.8 | walks down |
# | 0.5 | 0 | arrives with the first step |
# | 0.9 | −0.8 | **overshoots**: too far every time, to the other side; it still arrives, swinging |
# | 1.0 | −1 | **oscillates** for ever between 10 and −10 |
# | 1.1 | −1.2 | **diverges**: every step ends farther out than it began |
#
# The start changes nothing about this, because the factor does not depend on it. (It is the valley that counts: these
# limits belong to $x^2$, and another valley has others.)
#
# </details>

# %% [markdown]
# ### ✎ Find the misprint
#
# Popular course notes say: *"If the learning rate is too large, the risk of ending in a local minimum goes up."* (A
# local minimum is the bottom of a dip, which need not be the deepest dip there is.) What is wrong with that?
#
# <details>
# <summary>Reveal</summary>
#
# You have just seen learning rates that are too large, on a curve with a single dip: there is no other to get caught
# in. What went wrong was something else: the steps **overshoot**, **oscillate**, or **diverge**. Where there are
# several dips, it is rather the *small* steps that end in whichever dip comes first; a large step may leap right over
# it. See below.
#
# </details>


# %% play=true
explore_descent("two_dips", lr=0.05, steps=40, descend=use("gradient_descent"))

# %% [markdown]
# *In the picture: two dips, the left one deeper. From the start on the right, with this small learning rate, the walker
# runs into the right-hand dip and stays. With 0.4 she leaps over it with her first step and settles in the deeper dip
# on the left.*
#
# **Play:** set the learning rate to 0.4. Then drag the start to about −3.2, to set out from the other side, and try
# 0.05 and 0.4 again. What do the large steps do now?
#
# <details>
# <summary>What you should have found</summary>
#
# Now it is the small steps that find the deeper dip, since it comes first. The large ones leap over it and end in the
# other, higher one. They were lucky before, not clever: do not count on it.
#
# </details>

# %% [markdown]
# ## 5. The size of a gradient is not a distance
#
# ✎ Another misprint to find: *"The gradient tells us how far it is to the minimum."* It is tempting: steep means far,
# level means nearly there.
#
# **Predict.** Three walkers stand at $x = 1$ in three valleys: $\tfrac{1}{10} x^2$, $x^2$ and $10 x^2$. How far is it
# to the lowest point for each? How steep is it for each?
#
# <details>
# <summary>Reveal</summary>
#
# It is exactly 1 for all three. But the slopes are 0.2, 2 and 20. The slope says how fast the *height* changes here,
# and nothing about how far there is to go. Multiply a function by 10, and all its slopes are ten times as large,
# while its minimum stays where it was.
#
# </details>

# %% [markdown]
# It can even be the other way round: far away *and* almost level.


# %% play=true
def height(x):
    return 1 - np.exp(-(x**2) / 2)


def slope(x):
    return x * np.exp(-(x**2) / 2)


x = np.linspace(-5, 5, 201)
_, ax = plt.subplots(figsize=(10, 3.2), layout="constrained")
ax.plot(x, height(x), color=BLUE)
for place, marker in ((0.2, "s"), (1.0, "o"), (4.0, "^")):
    label = f"{place:g} from the bottom: slope {slope(place):.4f}"
    ax.plot(place, height(place), marker, color=ORANGE, markersize=9, label=label)
ax.set(xlabel="x (no unit)", ylabel="height (no unit)", title="A hole in a plain")
ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
plt.show()

# %% [markdown]
# *In the picture: a level plain with one hole at 0. Close to the bottom (square) the slope is small; on the wall of
# the hole (circle) it is large; far out on the plain (triangle) it is almost 0, although the bottom is farthest
# away.*
#
# (You can walk there, too: in the picture with the two dips, choose the surface *hole in a plain*. Out on the plain the
# walker hardly moves, whatever the learning rate. Drag her start nearer to the hole.)
#
# So what turns a slope into a step of a sensible length? The learning rate, and nothing else. That is why no learning
# rate is right for all problems, and why you will meet it as the first thing to tune.

# %% [markdown]
# ## 6. Two numbers: a landscape
#
# With two numbers, the function is a landscape over a plane. Let us take a bowl:
#
# $$f(x_0, x_1) = \tfrac12 \left(a\, x_0^2 + b\, x_1^2\right), \qquad \text{gradient} = (a\, x_0,\; b\, x_1)$$
#
# The gradient has one slope per direction: for each number, the derivative while the other one is held still. It
# points where the ground rises most steeply. Your `gradient_descent` goes the opposite way, without a change: a place
# is now an array with two entries.
#
# **Predict.** One bowl is round ($a = b = 1$); the other is long and narrow ($a = 1$, $b = 10$, so ten times as steep
# across as along). Both walkers start at the same place and use the same learning rate, 0.18. Which path is straight?

# %% play=true
explore_descent("round_bowl", lr=0.18, steps=25, descend=use("gradient_descent"))

# %% [markdown]
# *In the pictures: on the left the bowl seen from above, like on a hiking map, with lines of equal height and the
# heights written on them; the dashed arrow is the gradient (only its direction counts here), the green one the next
# step. On the right the height after each step. In the round bowl the path runs straight to the lowest point, the
# star.*
#
# **Play:** now choose the surface *narrow bowl*. *Here the path zigzags across the valley, from one wall to the other.*
#
# <details>
# <summary>Why the zigzag?</summary>
#
# Each number has a factor of its own, just as in section 4: $x_0$ is multiplied by $1 - \text{lr} \cdot a$ and $x_1$
# by $1 - \text{lr} \cdot b$ in every step. With lr = 0.18, $a = 1$, $b = 10$ these are 0.82 and −0.8: along the
# valley it walks, across it overshoots. And see where the path begins: straight downhill is *not* the way to the
# star. The gradient knows the ground underfoot, not where the minimum is.
#
# </details>

# %% [markdown]
# **Predict**, then **play**: which learning rate is the best one for the round bowl? What happens to the narrow bowl
# with that one? And with 0.1, and with 0.21?
#
# <details>
# <summary>Reveal</summary>
#
# The round bowl is best served with 1: both factors are 0, and the first step arrives. In the narrow one, the
# factor across is then −9: the path is out of the picture at once. With 0.1 the factor across is 0, and the path runs
# down the middle of the valley, but slowly: only a tenth of the way that is left with each step. With 0.21 the factor
# across is −1.1, and the path flies apart, though along the valley all is well.
#
# So the *steepest* direction limits the learning rate (here to less than 2/10, where the factor is −1), and the
# *flattest* direction then decides how long it takes. Real networks have such valleys, in thousands of directions at
# once.
#
# </details>
#
# Two more landscapes are in the menu. On the *mountain pass* the ground is level at (0, 0), though it is no lowest
# point: drag the start to either side of the middle line, and see in which dip she ends. The *curved valley* is reached
# in a step or two, and then takes a long time to follow.

# %% [markdown]
# ## 7. Measuring a slope
#
# So far we knew the derivative. In a network, you will work out long gradients by hand, and make mistakes: everyone
# does. So here is a way to *measure* a slope that needs no calculus, only the function itself.
#
# Walk a small but real distance $h$, and take rise over run, as in section 2, but without shrinking anything to
# nothing. You may look to one side only, or to both:
#
# $$\underbrace{\frac{f(x + h) - f(x)}{h}}_{\text{forward difference}} \qquad\qquad
# \underbrace{\frac{f(x + h) - f(x - h)}{2h}}_{\text{central difference}}$$


# %% play=true
def show_differences(h=1.0, place=1.0):
    def f(x):
        return np.exp(x / 2)

    true = np.exp(place / 2) / 2
    forward = (f(place + h) - f(place)) / h
    central = (f(place + h) - f(place - h)) / (2 * h)
    x = np.linspace(-1, 3, 201)
    near = np.array([place - 1.5 * h, place + 1.5 * h])
    _, ax = plt.subplots(figsize=(7, 3.8))
    ax.plot(x, f(x), color=BLUE)
    ax.plot(near, f(place) + true * (near - place), color=BLACK, linewidth=1, label=f"tangent: {true:.4f}")
    ax.plot(near, f(place) + forward * (near - place), ":", color=ORANGE, label=f"forward: {forward:.4f}")
    ax.plot(near, f(place - h) + central * (near - place + h), "--", color=GREEN, label=f"central: {central:.4f}")
    ax.plot([place - h, place, place + h], f(np.array([place - h, place, place + h])), "o", color=BLACK)
    ax.set(xlabel="x (no unit)", ylabel="height (no unit)", title=f"Two ways to measure a slope, h = {h:g}")
    ax.legend(title="slope")
    plt.show()


show_differences(h=1.0)

# %% [markdown]
# *In the picture: a curve that bends upwards, three points on it (at x − h, x and x + h), and three straight lines.
# The tangent and the central difference (dashed) are almost parallel; the forward difference (dotted) is clearly too
# steep.*
#
# **Play:** make `h` smaller. Both get better, but the central difference gets better much faster. On $x^2$ you can
# see why: the forward difference gives $2x + h$, too much by $h$. Looking back gives $2x - h$, too little by the same
# amount. The central difference is the mean of both, and the errors cancel.
#
# ### One entry at a time
#
# For an array, measure each entry by itself: shift entry $i$ by $h$ to either side, *and leave the others where they
# are*.
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\, e_i) - f(x - h\, e_i)}{2h}$$
#
# Here $e_i$ is an array that is 1 at entry $i$ and 0 elsewhere; the sign ∂ says "derivative for this entry, the
# others held still". Try it by hand, for $f(x) = x_0^2 + 3 x_1$ at $x = (1, 2)$ with $h = 0.5$:
#
# - entry 0: $f(1.5, 2) = 8.25$ and $f(0.5, 2) = 6.25$, so $(8.25 - 6.25) / 1 = 2$;
# - entry 1: $f(1, 2.5) = 8.5$ and $f(1, 1.5) = 5.5$, so $(8.5 - 5.5) / 1 = 3$.
#
# The gradient is $(2, 3)$, in the shape of $x$. NumPy can list the positions of an array of any shape for you:

# %%
for index in np.ndindex((2, 3)):
    print(index)

# %% [markdown]
# With such an `index` you can read and write an entry, `x[index]`. It even works for a plain number, once
# `np.array(x, dtype=float)` has made an array of it: its shape is `()`, and it has one position, which is `()` as
# well. (The `dtype=float` matters for whole numbers: an array of whole numbers has no room for 1.00001. And
# `np.array` makes a *new* array, so what you write into it leaves the caller's `x` as it was; so does `x.copy()`.)


# %% exercise="numerical_gradient"
def numerical_gradient(f, x, h=1e-5):
    """Measure the gradient of f at x by central differences.

    f: a function that turns an array like x into one number
    x: a number, or an array of any shape (it must not be changed)
    h: how far to go to either side
    Returns the slopes, one for each entry of x, in the shape of x.
    """
    # BEGIN SOLUTION
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[index] += h
        minus[index] -= h
        grad[index] = (f(plus) - f(minus)) / (2 * h)
    return grad
    # END SOLUTION


# %% [markdown]
# **Predict.** The smaller $h$, the better the central difference. Then why not take $h = 10^{-15}$?

# %% play=true
measure = use("numerical_gradient")
h = 10.0 ** np.arange(-15, 0.5, 0.5)
true = np.cos(1.0)
forward_error = [abs((np.sin(1 + step) - np.sin(1.0)) / step - true) for step in h]
central_error = [abs(measure(np.sin, 1.0, step) - true) for step in h]

_, ax = plt.subplots(figsize=(7, 3.8))
ax.loglog(h, forward_error, "o:", color=ORANGE, label="forward difference")
ax.loglog(h, central_error, "s--", color=GREEN, label="central difference")
ax.axvline(1e-5, color=BLACK, linewidth=1, label="h = 0.00001")
ax.set(xlabel="h (no unit)", ylabel="error of the slope (no unit)", title="The slope of sin at 1, measured")
ax.legend()
plt.show()

# %% [markdown]
# *In the picture: the error of both differences for h from $10^{-15}$ to 1, both axes in powers of ten. From right to
# left, the errors fall at first, the central one (squares) twice as steeply as the forward one (circles); then both
# rise again, to the left. The central one is smallest near $h = 10^{-5}$.*
#
# <details>
# <summary>Reveal</summary>
#
# A computer keeps about 16 digits of a number. When $h$ is tiny, $f(x + h)$ and $f(x - h)$ agree in almost all of
# them; the difference is what is left in the last few, and those are rounded. Dividing by a tiny $h$ then blows up
# the rounding. So there is a best $h$ in between: for the central difference about $10^{-5}$, where it is good to ten
# digits or so. That is why it is the default.
#
# </details>

# %% [markdown]
# **Then why not train with measured gradients?** Count how often `f` is called: twice for *every* number in `x`. A
# network with 100,000 numbers would need 200,000 runs for one single step. Measured gradients are for checking;
# lesson 05 shows how to get all the slopes in one go.

# %% [markdown]
# ## 8. Real flowers
#
# In 1936 Ronald Fisher published what Edgar Anderson had measured on 150 iris flowers. How wide is a petal, if we
# know how long it is? The simplest idea: *width is a fixed share of length*.
#
# $$\text{width} \approx w \cdot \text{length}$$
#
# Only one number has to be found, $w$. How good is a value of $w$? Say there are $N$ flowers, and flower number $n$ has
# the petal length $x_n$ and the width $y_n$. The estimate for it is $w\,x_n$. Take the difference between estimate and
# truth for each flower, square it, so that too much and too little both count, add up, and divide by $N$. This is the
# **mean squared error**, our height function $L$ (for *loss*); next to it is its derivative:
#
# $$L(w) = \frac{1}{N} \sum_{n=1}^{N} \left(w\, x_n - y_n\right)^2 \qquad\qquad
# L'(w) = \frac{1}{N} \sum_{n=1}^{N} 2 \left(w\, x_n - y_n\right) x_n$$
#
# The derivative comes from the chain rule: the square gives $2\,(\dots)$, and what stands inside changes by $x_n$
# when $w$ changes by 1. Mind who plays which part: the flowers $x_n$ and $y_n$ are given and stay as they are, and it is
# $w$ that walks downhill. In code, with the same names (`np.mean` adds up and divides by $N$):

# %% play=true
from dlteach.data import load

iris = load("iris")
x, y = iris.x[:, 2], iris.x[:, 3]  # length and width of the petals, in centimetres


def loss(w):
    return np.mean((w * x - y) ** 2)


def loss_slope(w):
    return np.mean(2 * (w * x - y) * x)


print(iris)

# %% [markdown]
# Did we get the derivative right? We need not believe it, we can measure it:

# %% play=true
measure = use("numerical_gradient")
for w in (0.0, 0.3, 1.0):
    print(f"w = {w}: by calculus {loss_slope(w):.9f}, measured {measure(loss, w):.9f}")

# %% [markdown]
# **Predict.** On $x^2$ a learning rate of 0.1 was fine. What will it do here?

# %% play=true
descend = use("gradient_descent")
print("w with lr = 0.1: ", descend(loss_slope, 0.0, 0.1, 5).round(2))
print("w with lr = 0.01:", descend(loss_slope, 0.0, 0.01, 5).round(2))

# %% [markdown]
# <details>
# <summary>What happened?</summary>
#
# With 0.1 it diverges. In $L'(w)$, the number $w$ is multiplied by $2 \cdot \text{mean}(x_n^2)$, which is 34.4 here;
# in $f'(x) = 2x$ of section 4, the walking number was multiplied by 2, and each step had the factor $1 - 2\,\text{lr}$.
# So here each step multiplies the distance to the best $w$ by $1 - 34.4\,\text{lr}$: with 0.1 that is −2.4, with 0.01
# it is 0.66. At the limit the factor is −1, so $\text{lr} = 2 / 34.4 \approx 0.058$.
#
# And if the petals were given in millimetres? All $x_n$ are ten times as large, their squares a hundred times: the
# learning rate would have to be a hundred times smaller, for the *same* flowers and the *same* $w$. This is one
# reason why data are scaled before a network sees them.
#
# </details>


# %% play=true
def show_fit(lr=0.01, start=0.0, steps=25):
    path = use("gradient_descent")(loss_slope, start, lr, steps)
    _, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), layout="constrained")
    w = np.linspace(-0.1, 0.8, 100)
    left.plot(w, [loss(value) for value in w], color=BLUE)
    left.plot(path, [loss(value) for value in path], "o-", color=ORANGE, markersize=5, linewidth=1)
    left.set(xlabel="w (cm per cm)", ylabel="mean squared error (cm²)", title=f"Descent, lr = {lr:g}")
    for number, (marker, color) in enumerate(zip("os^", (BLUE, GREEN, ORANGE), strict=True)):
        mine = iris.y == number
        right.plot(x[mine], y[mine], marker, color=color, markersize=5, alpha=0.7, label=iris.class_names[number])
    ends = np.array([0.0, 7.0])
    right.plot(ends, path[-1] * ends, color=BLACK, label=f"width = {path[-1]:.3f} · length")
    right.set(xlabel="petal length (cm)", ylabel="petal width (cm)", title=f"After {steps} steps")
    right.legend()
    plt.show()
    print(f"w after {steps} steps: {path[-1]:.6f}, error {loss(path[-1]):.4f} cm²")


show_fit(lr=0.01)

# %% [markdown]
# *In the pictures: on the left, the error as a valley over w, and the path down its left side to the bottom near
# 0.34. On the right, the flowers, with a marker for each species, and the line found, which rises from the origin
# through the cloud of flowers.*
#
# **Play:** change `lr` and `steps`. With which learning rate does it arrive fastest? (Look for the one that makes the
# factor 0.)
#
# For this simple problem there is a formula for the best value: set $L'(w) = 0$ and solve for $w$, which gives
# $w = \sum x_n y_n / \sum x_n^2$. Let us compare:

# %% play=true
path = use("gradient_descent")(loss_slope, 0.0, 0.01, 50)
print(f"by descent:     {path[-1]:.9f}")
print(f"by the formula: {np.sum(x * y) / np.sum(x * x):.9f}")

# %% [markdown]
# For networks there is no such formula. There is only the way down, and you have just built it.
#
# ### A line that need not start at the origin
#
# Look at the flowers again: nearly all setosa and most versicolor lie below the line, most virginica above. A line that
# need not go through the origin fits better. It takes *two* numbers,
#
# $$\text{width} \approx w \cdot \text{length} + b$$
#
# so the loss is a landscape over $w$ and $b$, as in section 6, and the very same `gradient_descent` walks in it. A
# place is the array $(w, b)$.
#
# **Predict.** Will this landscape be more like the round bowl, or like the narrow one?

# %% play=true
names = {"x_label": "petal length (cm)", "y_label": "petal width (cm)"}
explore_regression(x, y, lr=0.03, steps=200, descend=use("gradient_descent"), **names)

# %% [markdown]
# *In the pictures: on the left the flowers, the line of this step, and the error of each flower as an upright stroke.
# In the middle the loss over w and b, from above: a long, narrow valley that runs from the upper left to the lower
# right; the path leaps into it with the first step and then creeps along it towards the star. On the right the loss
# after each step: it falls from 2 to less than 0.1 at once, and hardly after that.*
#
# **Play:** step through the first five steps, then let it play on. What does the line do at first, and what later? Then
# try the learning rates 0.05 and 0.06.
#
# <details>
# <summary>What you should have found</summary>
#
# The valley is narrow. At first the line tilts up to the flowers, in one or two steps: that is the way across. Then it
# tilts a little further and sinks at its left end, for hundreds of steps: that is the way along. A larger $w$ with a
# smaller $b$ gives nearly the same widths for these flowers, so the loss hardly changes that way. With 0.05 the walker
# swings across the valley, with 0.06 she flies apart: just over the limit, again about 0.055.
#
# </details>
#
# The valley is narrow because all lengths lie far to the right of 0, so that tilting the line lifts all flowers at
# once. Measure the lengths from their mean instead, and tilting and lifting no longer get in each other's way:

# %% play=true
names = {"x_label": "petal length less its mean (cm)", "y_label": "petal width (cm)"}
explore_regression(x - x.mean(), y, lr=0.2, steps=20, descend=use("gradient_descent"), **names)

# %% [markdown]
# *In the pictures: the same flowers, with 0 in their middle. The valley is no longer tilted and almost round, and the
# path reaches the star within 20 steps.*
#
# The same flowers, the same line, and 20 steps in place of hundreds. This is another reason why data are scaled before
# a network sees them.
#
# ## What to take away
#
# - The derivative is the slope under your feet; the gradient is one slope for each number.
# - One step: $x_{t+1} = x_t - \text{lr} \cdot f'(x_t)$. The minus sign makes it go down.
# - Too small a learning rate creeps. Too large a one overshoots, oscillates or diverges; where the limit lies depends
#   on how strongly the valley is curved.
# - The size of the gradient is not the distance to the minimum, and its direction is not the way to it.
# - In a long, narrow valley the steepest direction limits the learning rate, and the flattest one decides how long it
#   takes.
# - A central difference measures any gradient, slowly but surely. Use it to check the ones you work out by hand.

# %%
import dlteach

dlteach.progress()
