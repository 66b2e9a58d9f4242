/** What `signalbox webhook` is asked for on a command line. */

export type WebhookRequest =
  | {
      readonly action: 'create';
      readonly name: string;
      /** `-` for the first line of standard input. */
      readonly url: string;
      readonly form: string;
      readonly projects: readonly string[];
      /** None for the default. */
      readonly events: readonly string[];
      readonly notes: string | undefined;
    }
  | { readonly action: 'list' }
  | { readonly action: 'show' | 'test' | 'disable' | 'delete'; readonly name: string }
  | { readonly action: 'enable'; readonly name: string; readonly skip: boolean };
