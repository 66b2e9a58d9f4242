/** Which OpenID provider a hub takes tokens of, for whom they must be made, and what their claims allow. Read once, when the hub starts. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import { type Role, roles } from './token-record.ts';
import { secureAddress } from './web-address.ts';

export interface ProviderPolicy {
  /** As the provider spells it: it is compared letter by letter (OpenID Connect Core 1.0, 3.1.3.7). */
  readonly issuer: string;
  /** A token has to be made for one of these (RFC 8707, RFC 9068). */
  readonly audiences: readonly string[];
  readonly roleClaim: string;
  /** What a value of that claim allows. */
  readonly roles: readonly Granted<Role>[];
  /** The claim that narrows a token to projects; null where every token is for all. */
  readonly projectClaim: string | null;
  /** Patterns of project ids by value of that claim; none means that its values are patterns themselves. */
  readonly projects: readonly Granted<string>[];
  /** The claim by which the audit names somebody. */
  readonly nameClaim: string;
}

interface Granted<T> {
  readonly value: string;
  readonly grants: T;
}

/** The settings as they were given; an empty text is none. */
export interface ProviderSettings {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  readonly roleClaim: string;
  readonly roles: string;
  readonly projectClaim: string;
  readonly projects: string;
  readonly nameClaim: string;
}

/**
 * The address that people and programs know the hub by, without a slash at its end; null where none is set. Errors: `invalid_input` for one
 * that is not secure, or that has a path.
 */
export function publicAddress(text: string): string | null {
  if (text === '') return null;
  const url = secureAddress(text);
  if (url && url.pathname === '/') return url.origin;
  throw new SignalboxError(
    'invalid_input',
    `SIGNALBOX_HUB_URL is "${text.slice(0, 100)}".`,
    'Write the address that clients use, without a path: https://hub.example.com. Without https only for this machine.',
  );
}

/** Null where no provider is set. Errors: `invalid_input` for settings that make no sense, each with what to write. */
export function providerPolicy(given: ProviderSettings): ProviderPolicy | null {
  const { issuer, roleClaim, projectClaim, nameClaim } = given;
  if (issuer === '') {
    refuseWithoutIssuer(given);
    return null;
  }
  if (!secureAddress(issuer)) {
    throw wrong(
      'ISSUER',
      issuer,
      'Write the address that stands in the tokens as iss: https, and http only for this machine.',
    );
  }
  if (projectClaim === '' && given.projects !== '') {
    throw wrong(
      'PROJECTS',
      given.projects,
      'Name the claim that has these values with SIGNALBOX_HUB_OIDC_PROJECT_CLAIM.',
    );
  }
  const policy = {
    issuer,
    audiences: audiencesOf(given),
    roleClaim,
    roles: rolesOf(given.roles),
    projectClaim: projectClaim || null,
    projects: granted('PROJECTS', given.projects),
    nameClaim,
  };
  const unspeakable = isScope(policy) && policy.roles.find(({ value }) => !/^[!#-[\]-~]+$/.test(value));
  if (unspeakable)
    throw wrong('ROLES', unspeakable.value, 'A scope is of visible letters without quotes (RFC 6749, 3.3).');
  return policy;
}

/** Whether roles come from scopes, which a client can ask its provider for. */
export function isScope({ roleClaim }: Pick<ProviderPolicy, 'roleClaim'>): boolean {
  return roleClaim === 'scope' || roleClaim === 'scp';
}

/** The scope to ask for to get a role, or the next higher one that there is; null where no scope gives it. */
export function scopeFor(policy: ProviderPolicy, role: Role): string | null {
  if (!isScope(policy)) return null;
  const enough = roles.slice(roles.indexOf(role));
  for (const each of enough) {
    const found = policy.roles.find(({ grants }) => grants === each);
    if (found) return found.value;
  }
  return null;
}

function refuseWithoutIssuer({ audience, projectClaim, projects }: ProviderSettings): void {
  if (audience === '' && projectClaim === '' && projects === '') return;
  throw new SignalboxError(
    'invalid_input',
    'There are settings for tokens of a provider, and no provider.',
    'Name it with SIGNALBOX_HUB_OIDC_ISSUER, or leave out the other SIGNALBOX_HUB_OIDC_ settings.',
  );
}

/** Those that are set, else the addresses of the hub itself, which clients of MCP ask a token for. */
function audiencesOf({ audience, url }: ProviderSettings): readonly string[] {
  const own = publicAddress(url);
  const named = listed(audience);
  if (named.length > 0) return named;
  if (own !== null) return [`${own}/mcp`, own, `${own}/`];
  throw new SignalboxError(
    'invalid_input',
    'Nothing says for whom the tokens of the provider are made, so any token of it would be let in.',
    'Set SIGNALBOX_HUB_URL to the address that clients use, or SIGNALBOX_HUB_OIDC_AUDIENCE to the aud of your tokens.',
  );
}

function rolesOf(text: string): readonly Granted<Role>[] {
  const all = granted('ROLES', text).map(({ value, grants }) => {
    const role = roles.find(each => each === grants);
    if (role) return { value, grants: role };
    throw wrong('ROLES', `${value}=${grants}`, `A role is ${roles.join(', ')}. Write VALUE=ROLE, with commas between.`);
  });
  if (all.length > 0) return all;
  throw wrong('ROLES', text, 'Nobody would have a role. Write VALUE=ROLE, with commas between.');
}

/** `VALUE=GRANTED,…`: a value may have an equals sign in it, what it grants has none. */
function granted(setting: string, text: string): readonly Granted<string>[] {
  return listed(text).map(item => {
    const [, value = '', grants = ''] = /^(.+)=([^=]+)$/.exec(item) ?? [];
    if (value.trim() !== '' && grants.trim() !== '') return { value: value.trim(), grants: grants.trim() };
    throw wrong(setting, item, 'Write VALUE=WHAT-IT-GRANTS, with commas between.');
  });
}

function listed(text: string): readonly string[] {
  const items = text.split(',').map(item => item.trim());
  return items.filter(item => item !== '').slice(0, limits.hubClaimValues);
}

function wrong(setting: string, text: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', `SIGNALBOX_HUB_OIDC_${setting} is "${text.slice(0, 100)}".`, next);
}
