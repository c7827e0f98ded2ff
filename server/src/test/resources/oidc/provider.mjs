// A real provider of OpenID Connect (npm: oidc-provider, certified) for tests, on the loopback.
// node provider.mjs PORT ID_TOKEN_SECONDS; prints "ready" once it listens. Any password is good; who one is decides what one may do.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const idTokenSeconds = Number(process.argv[3]);
const issuer = `http://127.0.0.1:${port}`;

const PEOPLE = {
  ann: { roles: ['operator'] },
  bert: { roles: ['tenant'], tenants: ['acme'] },
  carla: { roles: ['viewer', 'auditor'] },
  dora: { roles: [] },
};

const key = (kid, alg, type, options) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig',
});
const keys = [
  key('rsa', 'RS256', 'rsa', { modulusLength: 2048 }),
  key('ec', 'ES256', 'ec', { namedCurve: 'P-256' }),
  key('ed', 'EdDSA', 'ed25519'),
];

const commandLine = (alg) => ({
  client_id: `evenkeel-${alg}`,
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  id_token_signed_response_alg: alg,
});

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [
    commandLine('RS256'),
    commandLine('ES256'),
    commandLine('EdDSA'),
    {
      client_id: 'robot',
      client_secret: 'a-robots-secret-of-some-length',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['preferred_username', 'roles', 'tenants'], email: ['email'] },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: `id-of-${id}`, preferred_username: id, ...PEOPLE[id] }),
  }),
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client, code) =>
    client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
  extraTokenClaims: async () => ({ roles: ['auditor'] }),
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: async () => ({
        scope: 'api', audience: 'evenkeel-api', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  ttl: { IdToken: idTokenSeconds, AccessToken: 600, ClientCredentials: 600, RefreshToken: 3600, Session: 3600, Grant: 3600, Interaction: 600 },
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
