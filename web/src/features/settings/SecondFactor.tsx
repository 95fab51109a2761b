import { Button, Code, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, fieldErrors, must, type Schemas } from '../../api/client';
import { ProblemAlert } from '../../components/ui';
import { useSave } from '../../lib/save';

function CodeField(props: { value: string; onChange: (value: string) => void; error?: string }) {
  return (
    <TextInput
      label="Code from your authenticator"
      inputMode="numeric"
      autoComplete="one-time-code"
      required
      maxLength={6}
      value={props.value}
      onChange={(e) => props.onChange(e.currentTarget.value)}
      error={props.error}
    />
  );
}

/** Shown once: nobody can read them again. */
function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  return (
    <div className="stack tight">
      <p>Keep these codes: each signs you in once if you lose the authenticator. They are shown only now.</p>
      <Code block>{codes.join('\n')}</Code>
      <div className="row end">
        <Button onClick={done}>I have kept them</Button>
      </div>
    </div>
  );
}

function Confirm({ begun, then }: { begun: Schemas['TotpBegun']; then: (codes: string[]) => void }) {
  const [totp, setTotp] = useState('');
  const save = useSave({
    run: () => must(api.POST('/me/totp/confirm', { body: { totp } })),
    then: (out) => then(out.recovery_codes),
  });
  return (
    <form
      className="stack tight"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <p>Type this key into your authenticator, then the code that it shows.</p>
      <Code block>{begun.secret.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
      <a href={begun.uri}>Open in an authenticator on this device</a>
      <CodeField value={totp} onChange={setTotp} error={fieldErrors(save.error)('/totp')} />
      <ProblemAlert error={save.error} fields={['/totp']} />
      <div className="row end">
        <Button type="submit" loading={save.isPending} disabled={totp.length !== 6}>
          Confirm
        </Button>
      </div>
    </form>
  );
}

function Begin({ then }: { then: (begun: Schemas['TotpBegun']) => void }) {
  const [password, setPassword] = useState('');
  const save = useSave({ run: () => must(api.POST('/me/totp', { body: { password } })), then });
  return (
    <form
      className="stack tight"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        error={fieldErrors(save.error)('/password')}
      />
      <ProblemAlert error={save.error} fields={['/password']} />
      <div className="row end">
        <Button type="submit" variant="default" loading={save.isPending} disabled={password === ''}>
          Set up an authenticator
        </Button>
      </div>
    </form>
  );
}

function Disable() {
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const save = useSave({
    run: () => must(api.POST('/me/totp/disable', { body: { password, totp } })),
    stale: ['me'],
    said: 'Authenticator given up',
  });
  const at = fieldErrors(save.error);
  return (
    <form
      className="stack tight"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        error={at('/password')}
      />
      <CodeField value={totp} onChange={setTotp} error={at('/totp')} />
      <ProblemAlert error={save.error} fields={['/password', '/totp']} />
      <div className="row end">
        <Button
          type="submit"
          variant="default"
          loading={save.isPending}
          disabled={password === '' || totp.length !== 6}
        >
          Give the authenticator up
        </Button>
      </div>
    </form>
  );
}

/** `done`: after the recovery codes were kept. */
export function SecondFactor({ enabled, done }: { enabled: boolean; done: () => void }) {
  const [begun, setBegun] = useState<Schemas['TotpBegun'] | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes)
    return (
      <RecoveryCodes
        codes={codes}
        done={() => {
          setCodes(null);
          setBegun(null);
          done();
        }}
      />
    );
  if (enabled) return <Disable />;
  return begun ? <Confirm begun={begun} then={setCodes} /> : <Begin then={setBegun} />;
}
