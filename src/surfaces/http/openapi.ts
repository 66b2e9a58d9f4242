/** The description of the hub's REST interface (OpenAPI 3.1), made from the tools and from the interfaces of earlier systems. */
import * as z from 'zod/v4';
import { actionOf, roleFor } from '../../core/authority.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { version } from '../../version.ts';
import type { ProfileRoute } from './profile-routes.ts';
import { sessionInput, sessionOutput } from './sessions.ts';

const problem = {
  description: 'What went wrong, and one thing to do about it.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const project = {
  name: 'Signalbox-Project',
  in: 'header',
  required: true,
  schema: { type: 'string' },
  description: 'The id of the project: github.com/acme/shop.',
};

const session = {
  name: 'Signalbox-Session',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'The id that POST /v1/sessions gave. What only looks may do without.',
};

export function openApi(offered: readonly ToolDefinition[], routes: readonly ProfileRoute[]): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Signalbox', version, description: 'Sessions of AI clients that work on one code base.' },
    security: [{ token: [] }],
    paths: {
      ...{ '/v1/sessions': sessions, '/v1/events': events },
      ...Object.fromEntries(offered.map(pathOf)),
      ...pathsOf(routes, offered),
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['error'],
          properties: {
            error: {
              type: 'object',
              required: ['code', 'message', 'next'],
              properties: { code: { type: 'string' }, message: { type: 'string' }, next: { type: 'string' } },
            },
          },
        },
      },
    },
  };
}

const events = {
  get: {
    operationId: 'events',
    summary: 'What happens in the project',
    description: 'Server-sent events, without gaps from the cursor on. Takes the role read.',
    parameters: [
      project,
      {
        name: 'cursor',
        in: 'query',
        required: false,
        schema: { type: 'integer' },
        description: 'The last event you have.',
      },
      { name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' }, description: 'The same.' },
    ],
    responses: {
      '200': { description: 'Events until you go.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
      default: problem,
    },
  },
};

const sessions = {
  post: {
    operationId: 'open_session',
    summary: 'Open a session',
    description: 'Takes the role write.',
    parameters: [project],
    requestBody: { content: json(sessionInput, 'input') },
    responses: {
      '201': {
        description: 'The session, which is its token’s alone and lives for so long after its last request.',
        content: json(sessionOutput, 'output'),
      },
      default: problem,
    },
  },
};

function json(type: z.ZodType, io: 'input' | 'output') {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, { io });
  return { 'application/json': { schema } };
}

function pathOf(tool: ToolDefinition): [string, object] {
  const { name, title, description, input, output } = tool;
  return [
    `/v1/tools/${name}`,
    {
      post: {
        operationId: name,
        summary: title,
        description: `${description} Takes the role ${roleFor(actionOf(tool))}.`,
        parameters: [project, session],
        requestBody: { content: json(input, 'input') },
        responses: { '200': { description: title, content: json(output, 'output') }, default: problem },
      },
    },
  ];
}

/** One path may be of several routes, each with a method of its own. */
function pathsOf(routes: readonly ProfileRoute[], offered: readonly ToolDefinition[]): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const each of routes) {
    const path = each.route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [each.route.method.toLowerCase()]: operationOf(each, offered) };
  }
  return paths;
}

function operationOf({ profile, face, route }: ProfileRoute, offered: readonly ToolDefinition[]): object {
  const { method, path, operation, about } = route;
  const tool = offered.find(({ name }) => name === operation);
  const role = tool ? roleFor(actionOf(tool)) : 'write';
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ ...said(name ?? '', 'path'), required: true }));
  const failed = Object.keys(face.failed({ message: '', next: '' })).map(field => [field, { type: 'string' }]);
  const object = (schema: object) => ({ 'application/json': { schema: { type: 'object', ...schema } } });
  return {
    operationId: [profile, method.toLowerCase(), ...path.split('/').filter(part => part !== '')]
      .join('_')
      .replaceAll(':', ''),
    tags: [profile],
    summary: about.title,
    description: `Of the interface that ${profile} had${tool ? `; amounts to ${tool.name}` : ''}. Takes the role ${role}.`,
    parameters: [
      { ...project, required: false },
      ...inPath,
      ...(about.query ?? []).map(name => ({ ...said(name, 'query'), required: false })),
    ],
    ...(about.body ? { requestBody: { content: json(about.body, 'input') } } : {}),
    responses: {
      '200': { description: about.title, content: object({}) },
      default: { description: 'What went wrong.', content: object({ properties: Object.fromEntries(failed) }) },
    },
  };
}

function said(name: string, where: 'path' | 'query') {
  return { name, in: where, schema: { type: 'string' } };
}
