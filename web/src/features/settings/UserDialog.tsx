import { Button, PasswordInput, Switch, TextInput } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useState } from 'react';
import { api, fieldErrors, must, type Schemas } from '../../api/client';
import { ProblemAlert } from '../../components/ui';
import { useSave } from '../../lib/save';
import { RoleSelect, Secret } from './roles';

type User = Schemas['User'];

const fields = ['/email', '/name', '/role', '/password'];

/** Adds a user, with a password made here and shown once, or changes one. */
export function UserDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState(user?.name ?? '');
  const [role, setRole] = useState<Schemas['Role']>(user?.role ?? 'warehouse');
  const [active, setActive] = useState(user?.active ?? true);
  const [password, setPassword] = useState('');
  const create = useSave({
    run: () => must(api.POST('/users', { body: { email: email.trim(), name: name.trim(), role } })),
    stale: ['users', 'audit'],
    said: 'User added',
  });
  const update = useSave({
    run: () =>
      must(
        api.PATCH('/users/{id}', {
          params: { path: { id: user?.id ?? 0 } },
          body: { name: name.trim(), role, active, ...(password === '' ? {} : { password }) },
        }),
      ),
    stale: ['users', 'audit', 'me'],
    said: 'User saved',
    then: onClose,
  });
  const save = user ? update : create;
  const at = fieldErrors(save.error);
  const made = create.data?.password;
  return (
    <Dialog onClose={onClose} title={user ? user.email : 'Add user'}>
      {create.data ? (
        <div className="stack">
          {made && <Secret what={`The first password of ${create.data.user.email}.`} secret={made} />}
          <div className="row end">
            <Button onClick={onClose}>Done</Button>
          </div>
        </div>
      ) : (
        <form
          className="stack"
          onSubmit={(e) => {
            e.preventDefault();
            save.mutate();
          }}
        >
          {!user && (
            <TextInput
              label="E-mail"
              type="email"
              required
              maxLength={254}
              data-autofocus
              value={email}
              onChange={(e) => setEmail(e.currentTarget.value)}
              error={at('/email')}
            />
          )}
          <TextInput
            label="Name"
            maxLength={200}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
            error={at('/name')}
          />
          <RoleSelect value={role} onChange={setRole} error={at('/role')} />
          {user && (
            <>
              <PasswordInput
                label="New password"
                description="Empty to leave it; a new one signs the user out everywhere"
                autoComplete="new-password"
                minLength={12}
                maxLength={256}
                value={password}
                onChange={(e) => setPassword(e.currentTarget.value)}
                error={at('/password')}
              />
              <Switch
                label="May sign in"
                checked={active}
                onChange={(e) => setActive(e.currentTarget.checked)}
              />
            </>
          )}
          <ProblemAlert error={save.error} fields={fields} />
          <div className="row end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {user ? 'Save' : 'Add user'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
