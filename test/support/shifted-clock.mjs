/** Loaded before a program (`node --import`): its wall clock is wrong by `SIGNALBOX_TEST_CLOCK_OFFSET_MS`, all else goes right. */
const offsetMs = Number(process.env.SIGNALBOX_TEST_CLOCK_OFFSET_MS ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + offsetMs;

globalThis.Date = new Proxy(RealDate, {
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  apply: () => new RealDate(now()).toString(),
});
