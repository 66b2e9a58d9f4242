import { mkdtempSync, rmSync } from 'node:fs';
import { storeContract } from 'signalbox/engine-contract';
import createEngine from './own-engine.mjs';

async function createBed() {
  const folder = mkdtempSync('own-engine-');
  const connect = parts => createEngine(`module:./own-engine.mjs?file=${folder}/store.jsonl`, parts);
  return { connect, destroy: async () => rmSync(folder, { recursive: true }) };
}

storeContract('my own engine', { createBed, isSynchronous: true });
