import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldErrors, must } from '../../api/client';
import { refresh } from '../../api/live';
import { Card, ProblemAlert } from '../../components/ui';
import { words } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { SecondFactor } from './SecondFactor';

const minPassword = 12;

function NameForm({ name }: { name: string }) {
  const [text, setText] = useState(name);
  const save = useSave({
    run: () => must(api.PATCH('/me', { body: { name: text.trim() } })),
    stale: ['me'],
    said: 'Name saved',
  });
  return (
    <form
      className="stack tight"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <TextInput
        label="Name"
        autoComplete="name"
        maxLength={200}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
        error={fieldErrors(save.error)('/name')}
      />
      <ProblemAlert error={save.error} fields={['/name']} />
      <div className="row end">
        <Button type="submit" variant="default" loading={save.isPending} disabled={text.trim() === name}>
          Save name
        </Button>
      </div>
    </form>
  );
}

export function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const save = useSave({
    run: () => must(api.PATCH('/me', { body: { current_password: current, password } })),
    stale: ['me'],
    said: 'Password changed',
    then: () => {
      setCurrent('');
      setPassword('');
    },
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
        label="Current password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(e) => setCurrent(e.currentTarget.value)}
        error={at('/current_password')}
      />
      <PasswordInput
        label="New password"
        description={`At least ${minPassword} characters`}
        autoComplete="new-password"
        required
        minLength={minPassword}
        maxLength={256}
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        error={at('/password')}
      />
      <ProblemAlert error={save.error} fields={['/current_password', '/password']} />
      <div className="row end">
        <Button
          type="submit"
          variant="default"
          loading={save.isPending}
          disabled={current === '' || password.length < minPassword}
        >
          Change password
        </Button>
      </div>
    </form>
  );
}

export function MeSection() {
  const me = useMe();
  const client = useQueryClient();
  if (!me.user) return null;
  return (
    <>
      <Card title="My account" hint={`${me.user.email}, ${words(me.role)}`}>
        <NameForm key={me.user.name} name={me.user.name} />
      </Card>
      <Card title="Password">
        <PasswordForm />
      </Card>
      <Card
        title="Second factor"
        hint={me.user.totp ? `${me.recovery_codes_left} recovery codes left` : undefined}
      >
        <SecondFactor enabled={me.user.totp} done={() => void refresh(client, 'me')} />
      </Card>
    </>
  );
}
