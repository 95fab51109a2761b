import { Button, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldErrors, ifMatch, must, type Schemas, type Tagged } from '../../api/client';
import { inventoryStatusesQuery, settingsQuery } from '../../api/queries';
import { TitleSelect } from '../../components/pickers';
import { Card, ProblemAlert, Ready } from '../../components/ui';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';

function Form({ settings: { value, etag } }: { settings: Tagged<Schemas['Settings']> }) {
  const me = useMe();
  const [draft, setDraft] = useState<Schemas['SettingsPatch']>({});
  const now = { ...value, ...draft };
  const set = (change: Schemas['SettingsPatch']) => setDraft({ ...draft, ...change });
  const save = useSave({
    run: () => must(api.PATCH('/settings', { params: { header: ifMatch(etag) }, body: draft })),
    stale: ['settings'],
    said: 'Settings saved',
    then: () => setDraft({}),
  });
  const at = fieldErrors(save.error);
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <fieldset className="plain stack" disabled={!me.can('settings', 'full')}>
        <Switch
          label="One SKU, one variation"
          description="Off: several variations may carry the same SKU and are then one pool. On is refused while SKUs repeat."
          checked={now.unique_skus}
          onChange={(e) => set({ unique_skus: e.currentTarget.checked })}
        />
        <div className="cols2">
          <TitleSelect
            query={inventoryStatusesQuery}
            label="Committed status"
            description="Inventory status that committing gives an item"
            value={now.committed_status}
            onChange={(title) => title !== null && set({ committed_status: title })}
            error={at('/committed_status')}
          />
          <TitleSelect
            query={inventoryStatusesQuery}
            label="Received status"
            description="Inventory status of an item received without one"
            value={now.received_status}
            onChange={(title) => title !== null && set({ received_status: title })}
            error={at('/received_status')}
          />
        </div>
        <ProblemAlert error={save.error} fields={['/committed_status', '/received_status']} />
        {Object.keys(draft).length > 0 && (
          <div className="row end">
            <Button variant="default" onClick={() => setDraft({})}>
              Discard
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  );
}

export function AccountSection() {
  const settings = useQuery(settingsQuery);
  return (
    <Card title="Account">
      <Ready query={settings}>{(data) => <Form settings={data} />}</Ready>
    </Card>
  );
}
