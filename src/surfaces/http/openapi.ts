/** The description of the hub's REST interface (OpenAPI 3.1), made from the tools. */
import * as z from 'zod/v4';
import { actionOf, roleFor } from '../../core/authority.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { version } from '../../version.ts';
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

export function openApi(offered: readonly ToolDefinition[]): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Signalbox', version, description: 'Sessions of AI clients that work on one code base.' },
    security: [{ token: [] }],
    paths: { '/v1/sessions': sessions, '/v1/events': events, ...Object.fromEntries(offered.map(pathOf)) },
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
