/** The package that speaks to Redis. It is the user's to install, and loaded only when a Redis store is used. */
import type { Cluster, Redis } from 'ioredis';
import { SignalboxError } from '../../core/errors.ts';

export type { Cluster, Redis, RedisOptions } from 'ioredis';

/** One server, or all nodes of a cluster. */
export type Client = Redis | Cluster;

export interface RedisDriver {
  readonly Redis: typeof Redis;
  readonly Cluster: typeof Cluster;
}

/** `unavailable` when the package is missing. */
export async function loadDriver(load: () => Promise<RedisDriver> = () => import('ioredis')): Promise<RedisDriver> {
  try {
    return await load();
  } catch (cause) {
    throw new SignalboxError(
      'unavailable',
      'The Redis engine needs the package ioredis.',
      'Install it beside Signalbox: npm install -g ioredis (or npx -p signalbox -p ioredis ...).',
      { cause },
    );
  }
}
