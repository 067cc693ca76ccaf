/** Made-up measurements, for looks: everything that a chart may have to draw. */

const PERCENTILES = {
  p50: 0.012,
  p75: 0.019,
  p90: 0.034,
  p95: 0.06,
  p99: 0.21
};
const STEPS: Record<string, [step: number, points: number]> = {
  '15m': [5, 180],
  '1h': [60, 60],
  '6h': [60, 360],
  '24h': [600, 144],
  '7d': [600, 1008]
};

/** The same for the same arguments. */
const noise = (seed: number) => {
  const x = Math.sin(seed * 12.9898) * 43758.5453;
  return x - Math.floor(x);
};

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

export function measured(
  range = '15m',
  until = Math.floor(Date.now() / 5000) * 5
) {
  const [step, points] = STEPS[range]!;
  const times = Array.from(
    { length: points },
    (_, index) => until - (points - 1 - index) * step
  );
  const at = (value: (share: number, index: number) => number | null) =>
    times.map((_, index) => {
      const share = index / points;
      // Nobody looked for a while; and an interval alone was seen in it.
      return share > 0.3 && share < 0.38 && index !== Math.round(points * 0.34)
        ? null
        : value(share, index);
    });
  const load = (share: number, index: number) =>
    40 + 25 * Math.sin(share * 9) + 8 * noise(index);
  const failing = (share: number) => share > 0.62 && share < 0.72;
  const second = (share: number) => share > 0.5;
  return {
    id: 'iris-classifier-x3k9q',
    range,
    step,
    source: 'engine',
    since: iso(times[0]! - step),
    until: iso(until),
    times,
    measured_since: null,
    note: '',
    requests_ever: 123_456,
    totals: {
      requests: 38_412,
      success: 0.98172,
      client_errors: 212,
      server_errors: 702,
      aborted: 3,
      feedback: 1_000,
      reward: 0.3,
      latency: { ...PERCENTILES },
      codes: { '200': 37_498, '400': 200, '422': 12, '500': 690, '503': 12 }
    },
    qps: at(load),
    success: at((share, index) =>
      failing(share) ? 0.86 + 0.05 * noise(index) : 1
    ),
    client_errors: at((_, index) => (noise(index + 7) > 0.8 ? 0.6 : 0)),
    server_errors: at((share, index) =>
      failing(share) ? 5 + 3 * noise(index) : 0
    ),
    latency: Object.entries(PERCENTILES).map(([label, value], line) => ({
      label,
      values: at(
        (share, index) =>
          value *
          (0.8 + 0.4 * noise(index * 5 + line)) *
          (failing(share) ? 2.2 : 1)
      )
    })),
    predict_qps: ['3', '4'].map(label => ({
      label,
      values: at((share, index) =>
        second(share) === (label === '4') ? load(share, index) : null
      )
    })),
    model_latency: ['3', '4'].map((label, line) => ({
      label,
      values: at((share, index) =>
        second(share) === (label === '4')
          ? 0.004 + 0.002 * noise(index) + 0.002 * line
          : null
      )
    })),
    batch_size: ['3', '4'].map(label => ({
      label,
      values: at(share => (second(share) === (label === '4') ? 1 : null))
    })),
    reward: ['3', '4'].map(label => ({
      label,
      values: at((share, index) =>
        second(share) === (label === '4') && noise(index + 3) > 0.2
          ? 0.3 + 0.2 * (noise(index * 3) - 0.5)
          : null
      )
    })),
    in_flight: at((_, index) => Math.round(4 * noise(index))),
    bytes_in: at((share, index) => 900 * load(share, index)),
    bytes_out: at((share, index) => 300 * load(share, index)),
    cpu: ['3-0', '3-1', '4-0', '4-1'].map((label, line) => ({
      label,
      values: at((share, index) =>
        second(share) === label.startsWith('4')
          ? 0.2 + 0.2 * noise(index * 7 + line)
          : null
      )
    })),
    memory: ['3-0', '3-1', '4-0', '4-1'].map((label, line) => ({
      label,
      values: at((share, index) =>
        second(share) === label.startsWith('4')
          ? (180 + 20 * line + 30 * share + 2 * noise(index)) * 2 ** 20
          : null
      )
    })),
    ready: at(() => 2),
    marks: [
      mark(0.5, 'revision', 'revision 4', 'Revision 4 serves.'),
      mark(
        0.64,
        'failure',
        'Crashed 4-1',
        'Replica 4-1 ended with exit code 1 after 12 s.'
      ),
      mark(0.66, 'restart', 'Restarted 4-1', 'Replica 4-1 is started again.'),
      mark(0.8, 'alert', 'AlertFiring', 'error_rate is 0.12, above 0.05')
    ],
    not_measured: [] as string[]
  };

  function mark(share: number, kind: string, label: string, message: string) {
    const time = iso(times[Math.floor(points * share)]!);
    return { time, kind, label, message, revision: 4, replica: null };
  }
}

/** What the list shows of one deployment's last 15 minutes: half minutes, the newest last. */
export function summarized(
  load: (share: number) => number | null,
  more: { failing?: (share: number) => number; alerts?: string[] } = {}
) {
  const shares = Array.from({ length: 30 }, (_, index) => index / 29);
  const sparkline = shares.map(load);
  const errors = shares.map((share, index) =>
    sparkline[index] === null ? null : (more.failing?.(share) ?? 0)
  );
  const sum = (values: (number | null)[]) =>
    Math.round(
      values.reduce<number>((all, value) => all + 30 * (value ?? 0), 0)
    );
  const requests = sum(sparkline);
  const failed = sum(errors);
  return {
    qps: sparkline[29],
    success: requests ? 1 - failed / requests : null,
    requests,
    client_errors: 0,
    server_errors: failed,
    latency_p95: requests ? 0.06 : null,
    sparkline,
    errors,
    alerts: more.alerts ?? []
  };
}
