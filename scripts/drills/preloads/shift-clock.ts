/** Loaded into a process of the fleet before its own code: its wall clock is DRILL_CLOCK_MS ahead (or behind). */
const shift = Number(process.env.DRILL_CLOCK_MS);
const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length > 0 ? given : [realNow() + shift], newTarget),
  apply: () => new RealDate(realNow() + shift).toString(),
  get: (target, key) => (key === 'now' ? () => realNow() + shift : Reflect.get(target, key)),
});
