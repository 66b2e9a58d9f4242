/** Times as people read them where this program runs, with the zone they are in. */

/** `2026-11-22 10:31:05 +01:00`. */
export function dateAndTime(at: number): string {
  return `${dateOf(at)} ${timeOfDay(at)}`;
}

/** The time alone for what was said today. */
export function timeAsOf(now: number, at: number): string {
  return dateOf(at) === dateOf(now) ? timeOfDay(at) : dateAndTime(at);
}

function dateOf(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
}

function timeOfDay(at: number): string {
  const date = new Date(at);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const east = -date.getTimezoneOffset();
  const ahead = Math.abs(east);
  return `${clock} ${east < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
