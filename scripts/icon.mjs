/** Draws the icon, a signal mast with two arms, as a PNG of 512 pixels: `node scripts/icon.mjs` writes plugin/icon.png. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

const size = 512;
/** Each pixel is the mean of so many by so many points in it, so that edges are smooth. */
const points = 4;

const colours = {
  ground: [22, 32, 46],
  mast: [236, 240, 244],
  stop: [229, 72, 77],
  go: [70, 167, 88],
  light: [255, 197, 61],
};

/** From the bottom to the top: whether a point is inside, and what it is painted with. */
const shapes = [
  [box(0, 0, 512, 512, 104), colours.ground],
  [box(236, 84, 40, 352, 12), colours.mast],
  [box(172, 412, 168, 36, 14), colours.mast],
  [turned(box(256, 132, 168, 52, 10), 256, 158, -0.38), colours.go],
  [turned(box(88, 236, 168, 52, 10), 256, 262, 0), colours.stop],
  [circle(256, 158, 34), colours.mast],
  [circle(256, 262, 34), colours.mast],
  [circle(256, 158, 18), colours.go],
  [circle(256, 262, 18), colours.stop],
  [circle(256, 88, 26), colours.light],
];

function box(left, top, width, height, radius) {
  return (x, y) => {
    const dx = Math.max(left + radius - x, 0, x - (left + width - radius));
    const dy = Math.max(top + radius - y, 0, y - (top + height - radius));
    return dx * dx + dy * dy <= radius * radius;
  };
}

function circle(centreX, centreY, radius) {
  return (x, y) => (x - centreX) ** 2 + (y - centreY) ** 2 <= radius ** 2;
}

/** The shape turned about a point, by an angle in radians. */
function turned(shape, aboutX, aboutY, angle) {
  const [sin, cos] = [Math.sin(-angle), Math.cos(-angle)];
  return (x, y) => {
    const [dx, dy] = [x - aboutX, y - aboutY];
    return shape(aboutX + dx * cos - dy * sin, aboutY + dx * sin + dy * cos);
  };
}

/** Red, green, blue and opacity of one pixel. */
function pixel(column, row) {
  const sum = [0, 0, 0, 0];
  for (let at = 0; at < points * points; at += 1) {
    const x = column + ((at % points) + 0.5) / points;
    const y = row + (Math.floor(at / points) + 0.5) / points;
    const colour = shapes.findLast(([contains]) => contains(x, y))?.[1];
    if (!colour) continue;
    for (const [index, value] of [...colour, 255].entries()) sum[index] += value;
  }
  const covered = sum[3] / 255;
  const colour = sum.slice(0, 3).map(value => (covered === 0 ? 0 : Math.round(value / covered)));
  return [...colour, Math.round((covered / points ** 2) * 255)];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function png() {
  const rows = Array.from({ length: size }, (_row, row) => [
    0,
    ...Array.from({ length: size }, (_column, column) => pixel(column, row)).flat(),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits for each of red, green, blue and opacity.
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const data = deflateSync(Buffer.from(rows.flat()), { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

writeFileSync(fileURLToPath(new URL('../plugin/icon.png', import.meta.url)), png());
