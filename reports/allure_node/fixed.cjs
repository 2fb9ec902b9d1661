"use strict";
// One moment and one series of numbers, so that the same results give the same report.
const crypto = require("node:crypto");
const { syncBuiltinESMExports } = require("node:module");
const moment = Number(process.env.HARNESS_REPORT_MOMENT);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...parts) { if (parts.length) super(...parts); else super(moment); }
  static now() { return moment; }
};
let count = 0;
const bytes = size => {
  let made = Buffer.alloc(0);
  while (made.length < size) made = Buffer.concat([made, crypto.createHash("sha256").update(`${moment} ${count++}`).digest()]);
  return made.subarray(0, size);
};
crypto.randomBytes = (size, done) => { const made = bytes(size); if (done) { done(null, made); return undefined; } return made; };
crypto.randomUUID = () => {
  const hex = bytes(16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
crypto.randomFillSync = (target) => { const made = bytes(target.byteLength); new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(made); return target; };
syncBuiltinESMExports();
Math.random = () => bytes(6).readUIntBE(0, 6) / 2 ** 48;
const fill = target => crypto.randomFillSync(target);
crypto.webcrypto.getRandomValues = fill;
globalThis.crypto.getRandomValues = fill;
syncBuiltinESMExports();
