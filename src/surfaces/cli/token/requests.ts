/** What `signalbox token` is asked for on a command line. */

export type TokenRequest =
  | {
      readonly action: 'create';
      readonly name: string;
      readonly role: string;
      readonly projects: readonly string[];
      readonly tools: readonly string[];
      readonly expires: string | undefined;
      readonly notes: string | undefined;
    }
  | { readonly action: 'list' }
  | { readonly action: 'show' | 'revoke'; readonly name: string }
  | { readonly action: 'rotate'; readonly name: string; readonly grace: string | undefined };
