import { Button, TextInput } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useState } from 'react';
import { api, fieldErrors, must, type Schemas } from '../../api/client';
import { ProblemAlert } from '../../components/ui';
import { fromLocalField } from '../../lib/localtime';
import { useSave } from '../../lib/save';
import { RoleSelect, Secret } from './roles';

export function TokenDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Schemas['Role']>('viewer');
  const [expires, setExpires] = useState('');
  const create = useSave({
    run: () =>
      must(api.POST('/tokens', { body: { name: name.trim(), role, expires_at: fromLocalField(expires) } })),
    stale: ['tokens', 'audit'],
  });
  const at = fieldErrors(create.error);
  return (
    <Dialog onClose={onClose} title="Create API token">
      {create.data ? (
        <div className="stack">
          <Secret what={`The token ${create.data.token.name}.`} secret={create.data.secret} />
          <div className="row end">
            <Button onClick={onClose}>Done</Button>
          </div>
        </div>
      ) : (
        <form
          className="stack"
          onSubmit={(e) => {
            e.preventDefault();
            create.mutate();
          }}
        >
          <TextInput
            label="Name"
            description="What will use it"
            required
            maxLength={100}
            data-autofocus
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
            error={at('/name')}
          />
          <RoleSelect value={role} onChange={setRole} error={at('/role')} />
          <TextInput
            label="Expires"
            description="Empty for never"
            type="datetime-local"
            value={expires}
            onChange={(e) => setExpires(e.currentTarget.value)}
            error={at('/expires_at')}
          />
          <ProblemAlert error={create.error} fields={['/name', '/role', '/expires_at']} />
          <div className="row end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
              Create token
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
