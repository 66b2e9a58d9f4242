import { describe, expect, it } from 'vitest';
import { maskSecrets } from './secrets.ts';

/** A text without a pattern, so that no test of ours looks like a secret to those who scan repositories. */
function random(characters: string, length: number): string {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return characters[state % characters.length];
  }).join('');
}

const [digits, small, capital] = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const mixed = digits + small + capital;
const hex = '0123456789abcdef';
const base64 = `${mixed}+/`;
const web = `${mixed}_-`;
const key = (kind: string) => [`-----BEGIN ${kind}-----`, `-----END ${kind}-----`] as const;
const keyLines = Array.from({ length: 5 }, (_, line) => random(base64, 64 - line)).join('\n');

const secrets: readonly (readonly [kind: string, secret: string])[] = [
  ['GitHub token', `ghp_${random(mixed, 36)}`],
  ['GitHub token', `gho_${random(mixed, 36)}`],
  ['GitHub token', `ghs_${random(mixed, 36)}`],
  ['GitHub token', `github_pat_${random(mixed, 22)}_${random(mixed, 59)}`],
  ['Signalbox token', `sbx_${random(small + digits, 10)}_${random(small + digits, 52)}`],
  ['GitLab token', `glpat-${random(web, 20)}`],
  ['AWS key id', `AKIA${random(capital + digits, 16)}`],
  ['AWS key id', `ASIA${random(capital + digits, 16)}`],
  ['Slack token', `xoxb-${random(digits, 12)}-${random(digits, 13)}-${random(mixed, 24)}`],
  ['Slack token', `xapp-1-A${random(capital, 10)}-${random(digits, 13)}-${random(hex, 64)}`],
  ['Stripe key', `sk_live_${random(mixed, 24)}`],
  ['Stripe key', `rk_live_${random(mixed, 24)}`],
  ['OpenAI key', `sk-${random(mixed, 48)}`],
  ['OpenAI key', `sk-proj-${random(web, 80)}`],
  ['Anthropic key', `sk-ant-api03-${random(web, 93)}`],
  ['OpenRouter key', `sk-or-v1-${random(hex, 64)}`],
  ['npm token', `npm_${random(mixed, 36)}`],
  ['PyPI token', `pypi-AgEIcHlwaS5vcmcC${random(web, 90)}`],
  ['Google key', `AIza${random(web, 35)}`],
  ['Google token', `ya29.${random(web, 60)}`],
  ['SendGrid key', `SG.${random(web, 22)}.${random(web, 43)}`],
  ['Hugging Face token', `hf_${random(mixed, 34)}`],
  ['DigitalOcean token', `dop_v1_${random(hex, 64)}`],
  ['Vault token', `hvs.${random(web, 90)}`],
  ['age key', `AGE-SECRET-KEY-1${random(capital + digits, 58)}`],
  ['GitLab token', `glrt-${random(web, 20)}`],
  ['GitLab token', `GR1348941${random(web, 20)}`],
  ['Docker token', `dckr_pat_${random(web, 27)}`],
  ['Stripe key', `whsec_${random(mixed, 32)}`],
  ['Shopify token', `shpat_${random(hex, 32)}`],
  ['Shopify token', `shpss_${random(hex, 32)}`],
  ['Linear key', `lin_api_${random(mixed, 40)}`],
  ['Notion token', `ntn_${random(mixed, 46)}`],
  ['Notion token', `secret_${random(mixed, 43)}`],
  ['Grafana token', `glsa_${random(mixed, 32)}_${random(hex, 8)}`],
  ['RubyGems key', `rubygems_${random(hex, 48)}`],
  ['Groq key', `gsk_${random(mixed, 52)}`],
  ['xAI key', `xai-${random(mixed, 80)}`],
  ['NVIDIA key', `nvapi-${random(web, 64)}`],
  ['Perplexity key', `pplx-${random(mixed, 48)}`],
  ['Replicate token', `r8_${random(mixed, 37)}`],
  ['Atlassian token', `ATATT3xFfGF0${random(web, 171)}=${random(capital + digits, 8)}`],
  ['Atlassian token', `ATBB${random(mixed, 32)}`],
  ['Databricks token', `dapi${random(hex, 32)}`],
  ['Square token', `sq0atp-${random(web, 22)}`],
  ['Square token', `sq0csp-${random(web, 43)}`],
  ['Figma token', `figd_${random(web, 40)}`],
  ['Supabase key', `sbp_${random(hex, 40)}`],
  ['Supabase key', `sb_secret_${random(web, 31)}`],
  ['Vault token', `hvb.${random(web, 120)}`],
  ['Doppler token', `dp.pt.${random(mixed, 43)}`],
  ['Telegram token', `${random('123456789', 10)}:AA${random(web, 33)}`],
  ['Discord token', `MTk${random(mixed, 23)}.${random(web, 6)}.${random(web, 38)}`],
  ['age key', `AGE-SECRET-KEY-1${random(capital + digits, 58)}`.toLowerCase()],
  ['JSON web token', `eyJ${random(web, 33)}.eyJ${random(web, 80)}.${random(web, 43)}`],
];

describe('a secret', () => {
  it.each(secrets)('of the kind %s is masked wherever it stands, down to four characters', (kind, secret) => {
    for (const [before, behind] of [
      ['', ''],
      ['Use ', ' now.'],
      ['KEY="', '"'],
      ['\n', '\n'],
      ['a=', ',b'],
      ['(', ')'],
      ['"line\\n', '\\n"'],
      ['"\\u003d', '"'],
      ['key%3D', '&b'],
    ]) {
      const { text, found } = maskSecrets(`${before}${secret}${behind}`);
      expect(found).toEqual([kind]);
      expect(text).toMatch(/\[masked: [^\]]+\]/);
      expect(text.startsWith(`${before}[masked: ${kind}`) && text.endsWith(`]${behind}`)).toBe(true);
      expect(text).not.toContain(secret.slice(-5));
    }
  });

  it('keeps its kind and its last four characters, so that two can be told apart', () => {
    const token = `ghp_${random(mixed, 32)}a1b2`;
    expect(maskSecrets(`token ${token}!`).text).toBe('token [masked: GitHub token …a1b2]!');
  });

  it.each([
    'RSA PRIVATE KEY',
    'PRIVATE KEY',
    'EC PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ])('that is a %s loses all of its inside and nothing around it', kind => {
    const [begin, end] = key(kind);
    for (const inside of [
      `\n${keyLines}\n`,
      `\nProc-Type: 4,ENCRYPTED\n\n${keyLines}\n`,
      keyLines.replaceAll('\n', '\\n'),
    ]) {
      const { text, found } = maskSecrets(`before ${begin}${inside}${end} behind`);
      expect(text).toBe(`before ${begin}[masked: private key]${end} behind`);
      expect(found).toEqual(['private key']);
    }
  });

  it('that is a private key without its end is masked as far as it goes on', () => {
    const [begin] = key('PRIVATE KEY');
    expect(maskSecrets(`${begin}\n${keyLines}: cut off`).text).toBe(`${begin}[masked: private key]: cut off`);
  });

  it('in the address of a webhook is masked, and the address is not', () => {
    for (const [kind, address, secret] of [
      [
        'Slack webhook',
        'https://hooks.slack.com/services/',
        `T${random(capital, 9)}/B${random(capital, 9)}/${random(mixed, 24)}`,
      ],
      ['Discord webhook', `https://discord.com/api/webhooks/${random(digits, 18)}/`, random(web, 68)],
      ['Telegram token', 'https://api.telegram.org/bot', `${random('123456789', 9)}:AA${random(web, 33)}`],
    ] as const) {
      const { text, found } = maskSecrets(`curl ${address}${secret}`);
      expect([found, text]).toEqual([[kind], expect.stringContaining(`curl ${address}[masked: ${kind} …`)]);
    }
  });

  it('that has so plain a form as a Mailgun key is masked where it stands by itself', () => {
    const secret = `key-${random(hex, 32)}`;
    for (const text of [secret, `api:${secret}`, `MAILGUN_KEY="${secret}"`])
      expect(maskSecrets(text).found).toEqual(['Mailgun key']);
    for (const text of [`cache-${secret}`, `x/${secret}`, `${secret}-v2`, `${secret}0`])
      expect(maskSecrets(text).found).toEqual([]);
  });

  it('of a private key goes alone, and what is said beside it stays', () => {
    const [begin, end] = key('PRIVATE KEY');
    const { text, found } = maskSecrets(`${begin}\n${keyLines}\nThis is the key of the test server.\n${end}`);
    expect(text).toBe(`${begin}[masked: private key]\nThis is the key of the test server.\n${end}`);
    expect(found).toEqual(['private key']);
  });

  it('that holds the word example is masked in an address all the same', () => {
    for (const password of ['MyExample99!', 'example2024Q', 'redacted1']) {
      expect(maskSecrets(`postgres://app:${password}@db`).text).toBe(
        'postgres://app:[masked: password in an address]@db',
      );
    }
    expect(maskSecrets('postgres://app:postgres@db').found).toEqual(['password in an address']);
  });

  it('in a JSON text leaves JSON behind', () => {
    const texts = [
      ...secrets.map(([, secret]) => `a "b"\n${secret}`),
      key('PRIVATE KEY').join(`\n${keyLines}\n`),
      'redis://:hunter2"\\@h:1',
    ];
    const value = {
      texts,
      name: { [texts[0] ?? '']: 1 },
      parted: key('EC PRIVATE KEY').map(part => `${part}\n${keyLines}`),
    };
    const { text, found } = maskSecrets(JSON.stringify(value));
    expect(found.length).toBeGreaterThan(20);
    expect((JSON.parse(text) as typeof value).texts).toHaveLength(texts.length);
  });

  it('in an address loses the password only, of which nothing is shown', () => {
    const shown = (text: string) => maskSecrets(text).text;
    expect(shown('postgres://app:s3cret!pass@db.local:5432/shop')).toBe(
      'postgres://app:[masked: password in an address]@db.local:5432/shop',
    );
    expect(shown('redis://:hunter2@cache and amqp://a:b@c')).toBe(
      'redis://:[masked: password in an address]@cache and amqp://a:[masked: password in an address]@c',
    );
    expect(shown('mongodb+srv://u:p@ss@host')).toBe('mongodb+srv://u:[masked: password in an address]@host');
  });

  it.each([
    `Authorization: Bearer ${random(hex, 40)}`,
    `-H "authorization: token ${random(mixed, 20)}"`,
    `{"Authorization": "Basic dXNlcjpwYXNzd29yZDE="}`,
    `{\\"Authorization\\": \\"Bearer ${random(web, 30)}\\"}`,
  ])('in a header is masked behind its scheme: %s', text => {
    expect(maskSecrets(text)).toMatchObject({ found: ['authorization header'] });
    expect(maskSecrets(text).text).toMatch(/authorization.{1,8}(bearer|token|basic) \[masked: authorization header/i);
  });

  it('that is the other half of an AWS key is masked beside its id, and by its name alone', () => {
    const secret = `${random(base64, 36)}aA1b`;
    const id = `AKIA${random(capital, 16)}`;
    expect(maskSecrets(`${id} ${secret}`).found).toEqual(['AWS key id', 'AWS secret key']);
    expect(maskSecrets(`aws_secret_access_key = ${secret}`).found).toEqual(['AWS secret key']);
    expect(maskSecrets(`"SecretAccessKey": "${secret}"`).found).toEqual(['AWS secret key']);
    expect(maskSecrets(`commit ${secret}`).found).toEqual([]);
  });

  it('is found beside others, each kind told once, and a masked text has nothing more to mask', () => {
    const text = `${secrets.map(([, secret]) => secret).join(' ')} https://x:${secrets[0]?.[1]}@github.com/a/b ${key('PRIVATE KEY').join(`\n${keyLines}\n`)}`;
    const once = maskSecrets(text);
    expect(new Set(once.found)).toEqual(new Set([...secrets.map(([kind]) => kind), 'private key']));
    expect(once.found).toHaveLength(new Set(once.found).size);
    expect(maskSecrets(once.text)).toEqual({ text: once.text, found: [] });
  });
});

describe('what is no secret', () => {
  it.each([
    ['a commit', random(hex, 40)],
    ['a digest', `sha256:${random(hex, 64)}`],
    ['an integrity of a lock file', `"integrity": "sha512-${random(base64, 86)}=="`],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['an id of ours', random(small + digits, 26)],
    ['a data address', `data:image/png;base64,${random(base64, 400)}`],
    ['a public key', `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${random(base64, 43)} ann@host`],
    ['a certificate', key('CERTIFICATE').join(`\n${keyLines}\n`)],
    ['a public key block', key('PUBLIC KEY').join(`\n${keyLines}\n`)],
    [
      'a placeholder',
      'sk-xxxx, sk-..., ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, xoxb-your-token-here, npm_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
    ],
    ['the key of the manuals', 'AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a prefix alone', 'Tokens begin with ghp_, github_pat_, sk-ant-, AKIA or AIza.'],
    ['a key that is only spoken of', 'The file begins with -----BEGIN PRIVATE KEY----- and so on.'],
    ['a key left out', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'],
    ['a key of crosses', `-----BEGIN PRIVATE KEY-----\n${'x'.repeat(64)}\n-----END PRIVATE KEY-----`],
    ['a key left out above a digest', `-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n${random(hex, 64)}`],
    [
      'an address without a password',
      'git@github.com:acme/shop.git https://ann@host/x http://[::1]:8080/@scope ssh://git@host:22/x',
    ],
    ['an address as manuals write it', 'postgres://user:password@localhost/db https://user:pass@host'],
    [
      'what servers come with',
      'postgres://postgres:postgres@localhost:5432/test mysql://root:root@127.0.0.1 amqp://guest:guest@mq mongodb://root:admin@localhost',
    ],
    ['a version or a port in an address', 's3://bucket:prod@v1 redis://cache:6379@2 kafka://b1:9092,b2:9092@topic'],
    [
      'what is said of a key',
      '-----BEGIN PRIVATE KEY----- (PKCS#8).\nThe loader is packages/server/src/security/keys/pemLoader.ts, parse().\nThe file closes with -----END PRIVATE KEY-----.',
    ],
    [
      'what is said of a key in words alone',
      '-----BEGIN PRIVATE KEY----- begins it and as everybody knows the last line is -----END PRIVATE KEY-----',
    ],
    ['names with dashes', 'glft-some-kebab-case-name-of-a-thing gldt-table-of-contents-abc-def'],
    [
      'a header in code',
      'Authorization: Bearer getAccessToken() authorization: bearer tokens2[0] Authorization: Bearer userToken2 authorization: token user.authToken',
    ],
    [
      'an address with a variable',
      'postgres://app:$PASSWORD@db redis://:%PASS%@x amqp://a:<password>@b pg://a:***@b pg://a:{{pw}}@b',
    ],
    [
      'a header with a variable',
      'Authorization: Bearer $TOKEN, Authorization: Bearer <token>, authorization: bearer process.env.TOKEN2',
    ],
    ['a header that is spoken of', 'Authorization: Bearer authentication is on. Authorization: token based'],
    [
      'code',
      'task-1234567890abcdefghij1234 disk-0a1b2c3d4e5f6a7b8c9d0e1f npm_config_registry sk-learn-pipeline-for-2024-models sk-proj-frontend-migration-2024-plan',
    ],
    ['a version in a path', 'https://registry.example/a/-/a-1.2.3.tgz#sha1:abc node_modules/.pnpm/@x+y@1.0.0'],
  ])('stays as it is: %s', (_name, text) => {
    expect(maskSecrets(text)).toEqual({ text, found: [] });
  });
});

describe('a hostile text', () => {
  const pieces = [
    ...secrets.map(([, secret]) => secret.slice(0, 8)),
    ...[
      'a://',
      'a://b:',
      ':',
      '@',
      'eyJ',
      'eyJaaaaaaaa.',
      'eyJaaaaaaaa.eyJaaaaaaaa.',
      '-----BEGIN PRIVATE KEY-----',
      '-----END ',
    ],
    ...[
      'authorization: ',
      'authorization: bearer ',
      'secret_access_key=',
      'AKIA',
      'AccountKey=',
      '-----BEGIN A ',
      'x',
      'A',
      '-',
      '\\',
      ' ',
    ],
    `-----BEGIN PRIVATE KEY-----${'A'.repeat(39)}`,
  ];

  it('is looked through in steps in proportion to its length: a square of it would not end within the time of a test', () => {
    const bytes = 262_144;
    for (const piece of pieces) {
      expect(maskSecrets(piece.repeat(bytes / piece.length)).text).not.toBe('');
    }
    // In proportion it is a fraction of a second, squared more than half a minute.
  }, 15_000);
});
