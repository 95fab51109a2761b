/* openapi_people_cases.mjs: cases of users, sessions, second factors and tokens; see openapi_cases.mjs. */
import { created, fresh, gone, next, of, ok, refused } from './openapi_kit.mjs';
import { totp } from './world.mjs';

/* A person of their own, so that wrong passwords lock nobody else out. */
async function person(w) {
  const email = `person${next()}@example.com`;
  const { user } = await w.api('POST', '/users', { email, role: 'viewer', password: w.password });
  return { user, as: await w.signIn(email) };
}

async function send(w, as, path, body) {
  const reply = await fetch(`${w.base}/api/v1${path}`, {
    method: 'POST',
    headers: { ...as, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return reply.json();
}

async function begun(w) {
  const who = await person(w);
  const { secret } = await send(w, who.as, '/me/totp', { password: w.password });
  return { ...who, secret };
}

async function enrolled(w) {
  const who = await begun(w);
  const { recovery_codes: codes } = await send(w, who.as, '/me/totp/confirm', { totp: totp(who.secret) });
  return { ...who, codes };
}

/* The code of this half minute was used up by confirming. */
const withCode = async (w) => {
  const { as, secret } = await enrolled(w);
  return { as, body: { password: w.password, totp: totp(secret, 1) } };
};
const withRecoveryCode = async (w) => {
  const { as, codes } = await enrolled(w);
  return { as, body: { password: w.password, recovery_code: codes[0] } };
};
const withoutFactor = async (w) => ({ as: (await person(w)).as, body: { password: w.password, totp: '123456' } });
const sessionOf = async (w, as) =>
  (await (await fetch(`${w.base}/api/v1/me/sessions`, { headers: as })).json()).data[0].id;

export const accounts = {
  listRoles: [ok(() => ({})), ok(() => ({ as: 'session' }), 'of a session')],
  listSessions: [ok(async (w) => ({ as: (await person(w)).as })), refused(403, 'a token has none', () => ({}))],
  endOtherSessions: [gone(async (w) => ({ as: (await person(w)).as })), refused(403, 'a token has none', () => ({}))],
  endSession: [
    gone(async (w) => {
      const { as, user } = await person(w);
      const other = await w.signIn(user.email);
      return { as, path: { id: await sessionOf(w, other) } };
    }),
  ],
  beginTotp: [
    created(async (w) => ({ as: (await person(w)).as, body: { password: w.password } })),
    refused(409, 'there is one', async (w) => ({ as: (await enrolled(w)).as, body: { password: w.password } })),
    refused(422, 'a wrong password', async (w) => ({ as: (await person(w)).as, body: { password: 'wrong' } })),
  ],
  confirmTotp: [
    ok(async (w) => {
      const { as, secret } = await begun(w);
      return { as, body: { totp: totp(secret) } };
    }),
    refused(409, 'none was begun', async (w) => ({ as: (await person(w)).as, body: { totp: '123456' } })),
  ],
  disableTotp: [gone(withCode), gone(withRecoveryCode, 'with a recovery code'), refused(409, 'there is none', withoutFactor)],
  renewRecoveryCodes: [ok(withCode), refused(409, 'there is none', withoutFactor)],
  createSession: [
    refused(401, 'without the code', async (w) => ({
      as: null,
      body: { email: (await enrolled(w)).user.email, password: w.password },
    })),
    created(async (w) => {
      const { user, codes } = await enrolled(w);
      return { as: null, body: { email: user.email, password: w.password, recovery_code: codes[0] } };
    }, 'with a recovery code'),
  ],
  getMe: [ok(async (w) => ({ as: (await enrolled(w)).as }), 'with a second factor')],
  getUser: [ok(async (w) => of((await enrolled(w)).user.id), 'with a second factor')],
  unlockUser: [ok(async (w) => of((await person(w)).user.id))],
  resetPassword: [ok(async (w) => of((await person(w)).user.id))],
  resetTotp: [
    ok(async (w) => of((await enrolled(w)).user.id)),
    refused(409, 'there is none', async (w) => of((await person(w)).user.id)),
  ],
  listUserSessions: [ok(async (w) => of((await person(w)).user.id))],
  endUserSessions: [gone(async (w) => of((await person(w)).user.id))],
  endUserSession: [
    gone(async (w) => {
      const { as, user } = await person(w);
      return { path: { id: user.id, session_id: await sessionOf(w, as) } };
    }),
  ],
  createToken: [
    created(() => ({ body: { name: fresh('Scanner'), role: 'manager', scopes: { inventory: 'write' } } }), 'with scopes'),
    refused(422, 'scopes beyond the role', () => ({
      body: { name: fresh('Scanner'), role: 'viewer', scopes: { inventory: 'write' } },
    })),
  ],
  rotateToken: [
    ok(async (w) => ({
      ...of((await w.api('POST', '/tokens', { name: fresh('Printer'), role: 'viewer' })).token.id),
      body: { expires_at: '2099-01-01T00:00:00Z' },
    })),
  ],
  listAudit: [
    ok(() => ({ query: { q: 'EXAMPLE.COM', action: 'create', actor: 'walk', actor_kind: 'token' } }), 'searched'),
  ],
};
