/** The settings by which a hub takes tokens of an OpenID provider, as they go together with the others. */
import type { Config } from '../../config.ts';
import { SignalboxError } from '../../core/errors.ts';
import {
  type ProviderPolicy,
  type ProviderSettings,
  providerPolicy,
  publicAddress,
} from '../../core/provider-policy.ts';
import { isLoopback } from '../../core/web-address.ts';

/** The address of the hub, and its provider; null for what is not set. Errors: `invalid_input` for what makes no sense. */
export function signInSettings(
  config: Config,
  host: string,
  asksForTokens: boolean,
): { readonly url: string | null; readonly policy: ProviderPolicy | null } {
  const url = publicAddress(config.hubUrl.value);
  const policy = providerPolicy(settingsOf(config));
  if (policy !== null) refuseUnaskedProvider(host, url, asksForTokens);
  return { url, policy };
}

function settingsOf(config: Config): ProviderSettings {
  return {
    url: config.hubUrl.value,
    issuer: config.hubOidcIssuer.value,
    audience: config.hubOidcAudience.value,
    roleClaim: config.hubOidcRoleClaim.value,
    roles: config.hubOidcRoles.value,
    projectClaim: config.hubOidcProjectClaim.value,
    projects: config.hubOidcProjects.value,
    nameClaim: config.hubOidcNameClaim.value,
  };
}

function refuseUnaskedProvider(host: string, url: string | null, asksForTokens: boolean): void {
  if (!asksForTokens) {
    throw new SignalboxError(
      'invalid_input',
      'A provider is set, and nobody would be asked for its tokens.',
      'Leave out --open, or SIGNALBOX_HUB_OIDC_ISSUER.',
    );
  }
  if (url !== null || isLoopback(host)) return;
  throw new SignalboxError(
    'invalid_input',
    `Others reach ${host}, and could not be told where to sign in.`,
    'Set SIGNALBOX_HUB_URL to the address that clients use, such as https://hub.example.com.',
  );
}
