/** The description of a hub's REST interface, beside what the hub does. */
import { expect, it } from 'vitest';
import { createHubApp } from '../../../test/support/hub-app.ts';
import { claudeDuo } from '../../profiles/claude-duo/index.ts';
import { operations } from '../../tools/index.ts';

interface Described {
  readonly operationId: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly required?: string[] } }> };
}

type Paths = Record<string, Record<string, Described>>;

const withDuo = () => createHubApp({ profiles: [claudeDuo] });
const described = async (app: ReturnType<typeof createHubApp>): Promise<Paths> => {
  const answer = (await (await app.request('/v1/openapi.json')).json()) as { readonly paths: Paths };
  return answer.paths;
};
const routesIn = (paths: Paths) =>
  Object.entries(paths)
    .filter(([path]) => !path.startsWith('/v1/'))
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, about]) => ({ path, method, about })));

it('The interface of an earlier system is described where it is served, and nowhere else', async () => {
  const paths = await described(withDuo());
  const routes = routesIn(paths).map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  const served = claudeDuo.hub?.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect(routes.toSorted()).toEqual(served?.toSorted());
  expect(paths['/listen/{partner}']?.get).toMatchObject({
    summary: 'Hear what is said to a partner, or wait for it',
    description: 'Of the interface that claude-duo had; amounts to message_wait. Takes the role write.',
  });
  expect(paths['/partners']?.get?.description).toContain('Takes the role read.');
  expect(routesIn(await described(createHubApp()))).toEqual([]);
});

it('Every operation has a name of its own, and what stands in its path among its parameters', async () => {
  const paths = await described(withDuo());
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map(about => ({ path, about })),
  );
  expect(new Set(all.map(({ about }) => about.operationId)).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(operations.length);
  for (const { path, about } of all) {
    const inPath = about.parameters.filter(each => each.in === 'path').map(({ name }) => `{${name}}`);
    expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
});

it('What a body needs by its description is what a request without it lacks', async () => {
  const app = withDuo();
  const headers = { ...(await app.token('ana')), 'content-type': 'application/json' };
  for (const { path, about } of routesIn(await described(app))) {
    const needs = about.requestBody?.content['application/json']?.schema.required ?? [];
    if (needs.length === 0) continue;
    const answer = await app.request(path.replaceAll(/\{\w+\}/g, 'x'), { method: 'POST', headers, body: '{}' });
    expect([path, answer.status]).toEqual([path, 400]);
    expect(await answer.json()).toMatchObject({ error: expect.stringContaining(needs[0] ?? '') });
  }
});
