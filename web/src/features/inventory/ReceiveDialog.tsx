import { Button, SegmentedControl, Switch, Textarea } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldErrors, must, problemOf, type Schemas } from '../../api/client';
import { refresh } from '../../api/live';
import { inventoryStatusesQuery, settingsQuery, warehousesQuery } from '../../api/queries';
import { MoneyField } from '../../components/MoneyField';
import { TitleSelect, VariationPicker } from '../../components/pickers';
import { ScanField } from '../../components/ScanField';
import { ScanLog, ScanResult } from '../../components/ScanResult';
import { ProblemAlert } from '../../components/ui';
import { plural, sentence } from '../../lib/format';
import { chunks, splitList } from '../../lib/lines';
import { useQueue } from '../../lib/queue';
import { useScans } from '../../lib/scans';
import { LocationSelect } from './LocationSelect';

type Create = Schemas['ItemCreate'];

const chunkSize = 200; // rows per call: results show up while a long list goes in
const fields = ['/esn', '/variation_id', '/status', '/warehouse', '/location', '/paid'];

/** What the next units are, then the units: one by one from the scanner, or a pasted list. */
export function ReceiveDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const settings = useQuery(settingsQuery).data?.value;
  const warehouses = useQuery(warehousesQuery).data;
  const [variation, setVariation] = useState<number | null>(null);
  const [status, setStatus] = useState<string | null>(null);
  const [chosenWarehouse, setWarehouse] = useState<string | null | undefined>(undefined);
  const [location, setLocation] = useState<string | null>(null);
  const [paid, setPaid] = useState<Schemas['Money'] | null | undefined>(null);
  const [way, setWay] = useState<'scan' | 'paste'>('scan');
  const [list, setList] = useState('');
  const [error, setError] = useState<unknown>(null);
  const { scans, add, settle, remove, sound, toggleSound } = useScans();
  const enqueue = useQueue();

  const onlyWarehouse = warehouses?.length === 1 ? (warehouses[0]?.name ?? null) : null;
  const warehouse = chosenWarehouse === undefined ? onlyWarehouse : chosenWarehouse;
  const ready = variation !== null && paid !== undefined;
  const body = (esn: string): Create => ({
    esn,
    variation_id: variation ?? 0,
    warehouse,
    ...(status === null ? {} : { status }),
    ...(location === null ? {} : { location }),
    ...(paid ? { paid } : {}),
  });

  function refused(key: number, item: Create, code: string | null | undefined, detail: string) {
    const anyway = () => {
      remove(key);
      receiveOne({ ...item, accept_warnings: true });
    };
    settle(key, {
      state: 'bad',
      title: sentence(detail),
      action:
        code === 'imei_check' ? (
          <Button size="xs" variant="default" onClick={anyway}>
            Take it anyway
          </Button>
        ) : undefined,
    });
  }

  function receiveOne(item: Create) {
    const key = add(item.esn);
    enqueue(async () => {
      try {
        const made = (await must(api.POST('/items', { body: item }))) as Schemas['Item'];
        settle(key, {
          state: 'good',
          title: 'Received',
          detail: `${made.hex_id} \u00b7 ${made.variation.title}`,
        });
        setError(null);
        void refresh(client, 'items', 'stock-levels');
      } catch (e) {
        const problem = problemOf(e);
        const esn = problem.errors?.find((f) => f.pointer === '/esn');
        refused(key, item, esn?.code, esn?.detail ?? problem.detail);
        // What is wrong with the variation, status or warehouse is shown beside those fields.
        setError(problem.errors?.some((f) => f.pointer !== '/esn') ? e : null);
      }
    });
  }

  function receiveList() {
    setError(null);
    for (const part of chunks(splitList(list).map(body), chunkSize)) {
      const keys = part.map((item) => add(item.esn));
      enqueue(async () => {
        try {
          const answer = await must(api.POST('/items', { body: { items: part } }));
          for (const row of (answer as Schemas['ItemBulkResult']).results) {
            const key = keys[row.index];
            const item = part[row.index];
            if (key === undefined || item === undefined) continue;
            if (row.created) settle(key, { state: 'good', title: 'Received', detail: row.hex_id });
            else refused(key, item, row.code, row.detail ?? 'Refused');
          }
          void refresh(client, 'items', 'stock-levels');
        } catch (e) {
          for (const key of keys) settle(key, { state: 'bad', title: 'Not received' });
          setError(e);
        }
      });
    }
    setList('');
  }

  const at = fieldErrors(error);
  const good = scans.filter((s) => s.state === 'good').length;
  const bad = scans.filter((s) => s.state === 'bad').length;
  const pasted = splitList(list).length;
  return (
    <Dialog onClose={onClose} size="xl" title="Receive items" closeOnClickOutside={false}>
      <div className="stack">
        <VariationPicker
          value={variation}
          onChange={setVariation}
          required
          autoFocus
          error={at('/variation_id')}
        />
        <div className="cols2">
          <TitleSelect
            query={inventoryStatusesQuery}
            label="Status"
            value={status ?? settings?.received_status ?? null}
            onChange={setStatus}
            error={at('/status')}
          />
          <MoneyField label="Paid per unit" value={paid} onChange={setPaid} error={at('/paid')} />
          <TitleSelect
            query={warehousesQuery}
            label="Warehouse"
            placeholder="None: not offered on any channel"
            clearable
            value={warehouse}
            onChange={(w) => {
              setWarehouse(w);
              setLocation(null);
            }}
            error={at('/warehouse')}
          />
          <LocationSelect
            warehouse={warehouse}
            value={location}
            onChange={setLocation}
            error={at('/location')}
          />
        </div>
        <div className="row apart">
          <SegmentedControl
            aria-label="How"
            value={way}
            onChange={setWay}
            data={[
              { value: 'scan', label: 'Scan one by one' },
              { value: 'paste', label: 'Paste a list' },
            ]}
          />
          <Switch label="Sound" checked={sound} onChange={(e) => toggleSound(e.currentTarget.checked)} />
        </div>
        {way === 'scan' && ready && (
          <>
            <ScanField label="IMEI or serial" onScan={(esn) => receiveOne(body(esn))} />
            <ScanResult scan={scans[0]} idle="Scan the first IMEI" />
          </>
        )}
        {way === 'scan' && !ready && (
          <p className="hint">Choose the variation first; then every scan receives one unit of it.</p>
        )}
        {way === 'paste' && (
          <>
            <Textarea
              label="IMEIs or serials"
              description="One a line, or with commas between"
              classNames={{ input: 'mono' }}
              autosize
              minRows={5}
              maxRows={12}
              value={list}
              onChange={(e) => setList(e.currentTarget.value)}
            />
            <div className="row end">
              <Button disabled={!ready || pasted === 0} onClick={receiveList}>
                {pasted === 0 ? 'Receive' : `Receive ${plural(pasted, 'item')}`}
              </Button>
            </div>
          </>
        )}
        <ProblemAlert error={error} fields={fields} />
        {scans.length > 0 && (
          <p className="hint tally" role="status">
            {plural(good, 'item')} received{bad > 0 && `, ${bad} refused`}
          </p>
        )}
        <ScanLog scans={way === 'scan' ? scans.slice(1) : scans} />
        <div className="row end">
          <Button variant="default" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
