/** The two short words a session is called by until it chooses a name. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import type { Ids } from './ports.ts';

const manners = (
  'able agile amber apt azure bold brave bright brisk calm civil clear clever cool coral crisp deft eager early even ' +
  'fair fast fine firm fleet fond frank free fresh gentle glad golden good grand green happy hardy hazel honest ideal ' +
  'jolly keen kind lively loyal lucid lucky mellow merry mild modest neat nimble noble olive open patient plain polite ' +
  'prime proud quick quiet rapid ready royal rustic safe sage sharp silent silver simple sleek smart smooth sober solid ' +
  'spry steady stout sunny sure swift tidy trim true upbeat vivid warm wise witty young zesty'
).split(' ');
const animals = (
  'adder alpaca ant badger bat bear beaver bee bison boar buck camel carp cat clam cobra colt condor cougar crab crane ' +
  'crow cub deer dingo dove duck eagle eel egret elk emu falcon fawn ferret finch fox frog gecko gnu goat goose grouse ' +
  'gull hare hawk heron hippo horse ibex ibis jackal jay kiwi koala lark lemur lion lizard llama lynx magpie mink mole ' +
  'moose moth mouse newt ocelot okapi orca osprey otter owl ox panda parrot pika pony puffin puma quail rabbit ram raven ' +
  'robin rook seal shark sheep shrew skunk sloth snail swan tapir tern tiger toad trout turtle viper vole walrus wasp ' +
  'weasel whale wolf wombat wren yak zebra'
).split(' ');

export const operatorHandle = 'operator';

/** Words that address something else than one session. */
const reserved = new Set([
  operatorHandle,
  'all',
  'everyone',
  'me',
  'you',
  'signalbox',
  'nobody',
  'direct',
  'system',
  'user',
  // Who types commands, as some vocabularies call him.
  'cli',
]);

/** A random handle; after some tries it gets a number, so that a crowded project still finds one. */
export function proposeHandle(ids: Ids, attempt: number): string {
  const words = `${manners[ids.below(manners.length)]}-${animals[ids.below(animals.length)]}`;
  return attempt < 5 ? words : `${words}-${ids.below(10_000)}`;
}

/** Checks a name that a session chose; returns it in lower case or fails with `invalid_input`. */
export function chosenHandle(raw: string): string {
  const handle = raw.trim().toLowerCase();
  const problem = /^[0-9a-z]{26}$|^[a-z][0-9]+$/.test(handle)
    ? 'A handle must not look like the id of a session, message or conversation.'
    : handle.length > limits.handleCharacters || !/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(handle)
      ? `A handle is 1 to ${limits.handleCharacters} letters, digits, dots, dashes or underscores, and begins and ends with a letter or digit.`
      : reserved.has(handle)
        ? `"${handle}" is a reserved word.`
        : undefined;
  if (problem) throw new SignalboxError('invalid_input', problem, 'Choose another handle, for example "payments-api".');
  return handle;
}

/** Whether a text would do as a handle as it is. */
export function isHandle(text: string): boolean {
  try {
    return chosenHandle(text) === text;
  } catch {
    return false;
  }
}
