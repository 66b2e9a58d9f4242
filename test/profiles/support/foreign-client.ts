/** A client of a profile: a real MCP client over stdio, whose answers are texts. */
import type { LiveSession, SessionOptions, Workspace } from '../../support/workspace.ts';

export class ForeignClient {
  readonly session: LiveSession;

  private constructor(session: LiveSession) {
    this.session = session;
  }

  static async start(place: Workspace, profile: string, options: SessionOptions = {}): Promise<ForeignClient> {
    const args = ['--profile', profile, ...(options.args ?? [])];
    return new ForeignClient(await place.session({ ...options, args }));
  }

  /** Whatever was answered, a tool error too. */
  async raw(name: string, input: object = {}) {
    const { content, isError, structuredContent } = await this.session.client.callTool({
      name,
      arguments: { ...input },
    });
    return { content: content as { type: string; text: string }[], isError, structuredContent };
  }

  /** The text of an answer; a tool error is thrown. */
  async text(name: string, input: object = {}): Promise<string> {
    const { content, isError } = await this.raw(name, input);
    if (isError) throw new Error(content[0]?.text);
    return content.map(({ text }) => text).join('\n');
  }

  /** An answer that is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  async json(name: string, input: object = {}): Promise<any> {
    return JSON.parse(await this.text(name, input));
  }
}
