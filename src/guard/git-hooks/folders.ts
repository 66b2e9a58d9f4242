/** What is only ours in the folder of git: the journal, and hooks that stand before those of another folder. */
import type { HookPlace } from '../../core/git-hook-files.ts';
import { joined } from './paths.ts';

export const ownFolder = (place: HookPlace) => joined(place.commonDirectory, 'signalbox');
export const besideFolder = (place: HookPlace) => joined(ownFolder(place), 'hooks');
export const journalPath = (place: HookPlace) => joined(ownFolder(place), 'git-hooks.json');
