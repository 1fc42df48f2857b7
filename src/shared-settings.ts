import { ConfigurationError } from './errors/setup-errors.js';
import type { LeaseProvider } from './leases/provider.js';
import type { OwnerTable } from './ownership/owner-table.js';
import type { Settings } from './options/coordinator-options.js';

/**
 * What all coordinators of a thread share, and one of them wants: all of it fits, or nothing is
 * changed.
 *
 * @throws ConfigurationError
 */
export function settleShared(table: OwnerTable, settings: Settings): void {
  const { markers, leases } = settings;
  const { source } = table.leasing;
  for (const bringer of source.bringers) if (bringer.isClosed) source.bringers.delete(bringer);
  const areNew = markers !== undefined && !areSame(table.markers, markers);
  if (areNew) checkMarkers(table, markers);
  if (leases !== undefined) checkLeases(table, leases);
  if (areNew) table.markers = new Set(markers);
  if (markers !== undefined) table.hasOwnMarkers = true;
  if (leases !== undefined) {
    source.provider = leases;
    source.bringers.add(settings);
  }
}

function areSame(present: ReadonlySet<string>, markers: readonly string[]): boolean {
  return present.size === markers.length && markers.every((name) => present.has(name));
}

function checkMarkers(
  { markers: present, hasOwnMarkers, state }: OwnerTable,
  markers: readonly string[],
): void {
  if (!hasOwnMarkers && state.live === 0) return;
  const by = hasOwnMarkers ? 'another coordinator chose' : 'runs alive are named by';
  throw new ConfigurationError(
    `markers ${JSON.stringify(markers)} do not fit ${JSON.stringify([...present])}, which ${by} in this thread`,
  );
}

/** One provider at a time: the next may come when all who brought the last one are closed. */
function checkLeases({ leasing, state }: OwnerTable, leases: LeaseProvider): void {
  const { provider, bringers } = leasing.source;
  if (provider === leases) return;
  if (provider !== undefined && bringers.size > 0) {
    throw new ConfigurationError(
      `leases ${JSON.stringify(leases.name)} do not fit the provider ${JSON.stringify(provider.name)}, ` +
        'which another coordinator has installed in this thread; pass the same object, or none, ' +
        'or close that coordinator first',
    );
  }
  for (const { isMarker, realPath } of state.queues.values()) {
    if (isMarker) continue;
    throw new ConfigurationError(
      `leases ${JSON.stringify(leases.name)} come too late: ${JSON.stringify(realPath)} is in use ` +
        'in this thread without them; pass them to the first coordinator',
    );
  }
}
