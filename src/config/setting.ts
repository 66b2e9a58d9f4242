/** What a setting is. */

export interface Setting {
  readonly key: string;
  readonly flag: string;
  readonly environment: string;
  /** The key in `signalbox.json` and the user file; null where a file must not set it. */
  readonly file: string | null;
  readonly fallback: string;
  readonly help: string;
  readonly choices?: readonly string[];
  /** For a whole number: its bounds. A file may hold it as a number or as a text. */
  readonly range?: { readonly from: number; readonly to: number };
  /** Means something to `signalbox mcp` only; other commands do not take its flag. */
  readonly serverOnly?: true;
  /** Means something to `signalbox hub` only. */
  readonly hubOnly?: true;
}
