/** `signalbox demo`: shows on real processes what Signalbox does, and proves it: what does not happen fails loudly. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Screen } from './screen.ts';
import { Stage } from './stage.ts';
import { type Measured, type Scene, type Step, spoken, steps } from './story.ts';

export interface DemoOptions {
  readonly color: boolean;
  /** One JSON object with steps and measurements instead of the story; it is played without pauses then. */
  readonly json: boolean;
  write(text: string): void;
  /** The program whose `mcp` command is started. Default: this one. */
  readonly program?: string;
}

interface Played {
  readonly step: string;
  readonly title: string;
  readonly ok: boolean;
}

interface Failure {
  readonly step: string;
  readonly title: string;
  readonly message: string;
  /** Standard error of the servers, by session. */
  readonly stderr: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly ok: boolean;
  readonly steps: Played[];
  /** Durations in milliseconds. */
  readonly measured: Measured;
  readonly failure?: Failure;
}

const preparation: Step = { name: 'prepare', title: 'Prepare a throw-away repository.', play: async () => undefined };

/**
 * Plays the story in a folder of its own and removes everything again, also when it fails or is interrupted (SIGINT, SIGTERM,
 * SIGHUP). True when every step happened as promised; else false, after saying which one did not and what the servers wrote.
 * Nothing of the user's state, environment or git configuration is used or changed. Never rejects.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const screen = new Screen(options.json ? () => {} : text => options.write(text), options.color);
  const outcome = await play(options, screen);
  if (options.json) options.write(`${JSON.stringify(outcome, null, 2)}\n`);
  else conclude(screen, outcome);
  return outcome.ok;
}

async function play(options: DemoOptions, screen: Screen): Promise<Outcome> {
  const played: Played[] = [];
  const measured: Record<string, number> = {};
  let stage: Stage | undefined;
  let current = preparation;
  try {
    screen.title('signalbox demo', 'real processes, throw-away repository and store');
    screen.intro('Two AI sessions work on one web shop, each in a checkout of its own.');
    stage = new Stage(options.program ?? process.argv[1] ?? '');
    stage.createRepository();
    const scene = sceneOn(stage, screen, options.json);
    for (const [index, step] of steps.entries()) {
      current = step;
      screen.step(index + 1, step.title);
      Object.assign(measured, await stage.unlessInterrupted(step.play(scene)));
      played.push({ step: step.name, title: step.title, ok: true });
      if (index < steps.length - 1) await stage.unlessInterrupted(scene.pause(1_100));
    }
    return { ok: true, steps: played, measured: rounded(measured) };
  } catch (error) {
    const { name: step, title } = current;
    const stderr = Object.fromEntries(stage?.actors.map(actor => [actor.name, actor.stderr]) ?? []);
    // An interruption also breaks the calls under way; that is not what happened.
    const { message } = stage?.interruption ?? (error as Error);
    const failure = { step, title, message, stderr };
    return { ok: false, steps: [...played, { step, title, ok: false }], measured: rounded(measured), failure };
  } finally {
    await stage?.dispose();
  }
}

function sceneOn(stage: Stage, screen: Screen, hurried: boolean): Scene {
  const otter = stage.actor('amber-otter', 'shop');
  const heron = stage.actor('brisk-heron', 'shop-limits');
  screen.cast(otter.name, 'first');
  screen.cast(heron.name, 'second');
  return { otter, heron, screen, pause: async ms => (hurried ? undefined : sleep(ms)) };
}

function conclude(screen: Screen, { ok, steps: played, measured, failure }: Outcome): void {
  if (!ok && failure) {
    screen.verdict(false, `Step "${failure.step}" failed: ${failure.title}`);
    screen.text(failure.message, 'bad');
    for (const [name, stderr] of Object.entries(failure.stderr)) {
      screen.text(stderr === '' ? `The server of ${name} wrote no errors.` : `The server of ${name} wrote:\n${stderr}`);
    }
    screen.text('Processes and files of the demo are removed.', 'quiet');
  } else {
    screen.verdict(true, `All ${played.length} steps happened as promised.`);
    screen.row('message, from call to reader', spoken(measured.messageMs ?? 0), '');
    screen.row('release, to the next in line', spoken(measured.handoverMs ?? 0), '');
    screen.row('kill -9, to the next in line', spoken(measured.takeoverMs ?? 0), 'promised: under 1 s');
    screen.text('Everything it started or wrote is gone again. Who works on your own project', 'quiet');
    screen.text('right now: signalbox status', 'quiet');
  }
  screen.blank();
}

function rounded(measured: Measured): Measured {
  return Object.fromEntries(Object.entries(measured).map(([name, ms]) => [name, Math.round(ms * 100) / 100]));
}
