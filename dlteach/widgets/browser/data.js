// What Python recorded, and its numbers as text.

/**
 * @typedef {Object} Recording
 * @property {number} frames how many
 * @property {string[]} sentences one for each frame
 * @property {string} caption @property {string} step @property {string} clock @property {number|null} parted @property {string} remark
 * @property {(name: string|null) => boolean} has is there such an array
 * @property {(name: string) => boolean} each does it change from frame to frame
 * @property {(name: string) => number[]} shape of one frame
 * @property {(name: string, t: number) => Float32Array} at its numbers at one frame, row by row
 * @property {(name: string, t: number) => number} number the first of them
 * @property {(name: string, t: number) => Float32Array} history frames 0 to t of an array of one number
 * @property {(name: string) => Float32Array} all the numbers of all frames
 * @property {<T>(key: string, make: () => T) => T} keep works out once what stays the same
 */

/**
 * Open what Python packed. float32 can be read from multiples of four only, and the bytes of a message may begin anywhere: so they are
 * copied.
 * @param {any} layout the trait `_trace` @param {DataView} bytes the trait `_data`
 * @returns {Recording}
 */
function unpack({ arrays, ...about }, bytes) {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), kept = {};
  const keep = (key, make) => (kept[key] ??= make());
  const each = (name) => arrays[name].each;
  const shape = (name) => arrays[name].shape.slice(+each(name));
  const all = (name) => keep("all " + name, () => {
    const { dtype, offset, shape, low, high } = arrays[name], count = shape.reduce((a, b) => a * b, 1);
    if (dtype === "float32") return new Float32Array(buffer, offset, count);
    return Float32Array.from(new Uint8Array(buffer, offset, count), (byte) => low + (high - low) * byte / 255);
  });
  const at = (name, t) => {
    const size = all(name).length / about.frames;
    return each(name) ? all(name).subarray(t * size, (t + 1) * size) : all(name);
  };
  const history = (name, t) => all(name).subarray(0, t + 1);
  return { ...about, keep, each, shape, all, at, history, number: (name, t) => at(name, t)[0], has: (name) => name in arrays };
}

/**
 * A number as a reader expects it: with a real minus, and no zero where there is something.
 * @param {number} value @param {number} [digits] behind the point; left out, as many as it takes
 */
function text(value, digits) {
  if (isNaN(value)) return "–";
  const size = Math.abs(value), sign = value < 0 ? "−" : "";
  if (size === Infinity) return sign + "∞";
  if (size >= 1e6 || (size && size < 1e-4)) return sign + size.toExponential(2).replace(/\.?0*e\+?/, "e").replace("-", "−");
  if (digits !== undefined && (!size || size >= 0.5 * 10 ** -digits)) return sign + size.toFixed(digits);
  return sign + +(size < 1 ? size.toPrecision(digits === undefined ? 3 : 2) : size.toFixed(size < 1e3 ? 3 : 1));
}
