// The Grafana dashboards as data; docker/tools/dashboards.mjs writes their files.
// A panel is [title, unit, queries]; a query is an expression or [expression, legend]. Every metric here must exist:
// the production test asks a Prometheus that scrapes the running system for each.

const RATE = '[$__rate_interval]'
const REQUESTS = 'clinic_http_request_duration_seconds'
const BRIEF = 'route!~"/api/sse/.*|/api/imports.*|.*result"'

/** Dashboards by file name: title, then panels; `stat` panels show one number, the others a line over time. */
export const DASHBOARDS = {
  clinic: [
    'Clinic',
    ['stat', 'State (0 good, 1 degraded, 2 bad)', 'none', [['max(clinic_health)', '']]],
    ['stat', 'Site answers', 'none', [['probe_success{job="site"}', '']]],
    ['stat', 'Certificate good for', 's', [['min(probe_ssl_earliest_cert_expiry{job="site"}) - time()', '']]],
    ['stat', 'Open event streams', 'none', [['sum(clinic_sse_connections)', '']]],
    ['line', 'Requests a second', 'reqps', [[`sum(rate(${REQUESTS}_count${RATE}))`, 'requests']]],
    [
      'line',
      'Time of answers',
      's',
      [0.5, 0.95, 0.99].map((q) => [
        `histogram_quantile(${q}, sum by (le) (rate(${REQUESTS}_bucket{${BRIEF}}${RATE})))`,
        `p${q * 100}`,
      ]),
    ],
    ['line', 'Parts', 'none', [['max by (check) (clinic_health)', '{{check}}']]],
    ['line', 'Operations by status', 'none', [['max by (status) (clinic_operations)', '{{status}}']]],
    ['line', 'Imported rows', 'none', [['max by (outcome) (clinic_import_rows)', '{{outcome}}']]],
    [
      'line',
      'Disk and memory',
      'percent',
      [
        ['max(clinic_disk_used_percent)', 'disk of the data'],
        ['max by (service) (clinic_memory_used_percent)', '{{service}}'],
      ],
    ],
  ],
  api: [
    'API',
    ['stat', 'Processes', 'none', [['count(up{job="api"} == 1)', '']]],
    [
      'stat',
      'Errors of ours',
      'percentunit',
      [
        [
          `sum(rate(${REQUESTS}_count{status="5xx"}[5m])) / sum(rate(${REQUESTS}_count[5m])) or vector(0)`,
          '',
        ],
      ],
    ],
    [
      'line',
      'Requests by route',
      'reqps',
      [[`sum by (route) (rate(${REQUESTS}_count${RATE}))`, '{{route}}']],
    ],
    [
      'line',
      'p95 by route',
      's',
      [
        [
          `histogram_quantile(0.95, sum by (le, route) (rate(${REQUESTS}_bucket{${BRIEF}}${RATE})))`,
          '{{route}}',
        ],
      ],
    ],
    [
      'line',
      'Answers by status',
      'reqps',
      [[`sum by (status) (rate(${REQUESTS}_count${RATE}))`, '{{status}}']],
    ],
    [
      'line',
      'Refusals',
      'reqps',
      [[`sum by (status) (rate(clinic_http_refused_total${RATE}))`, '{{status}}']],
    ],
    [
      'line',
      'Event loop lag, p99',
      's',
      [['max by (service, instance) (nodejs_eventloop_lag_p99_seconds)', '{{service}} {{instance}}']],
    ],
    [
      'line',
      'Memory',
      'bytes',
      [
        ['process_resident_memory_bytes{job=~"api|worker"}', '{{job}} {{instance}} resident'],
        ['nodejs_heap_size_used_bytes{job=~"api|worker"}', '{{job}} {{instance}} heap'],
      ],
    ],
    [
      'line',
      'Cache hit rate',
      'percentunit',
      [
        [
          `sum(rate(clinic_cache_reads{outcome="hit"}${RATE})) / sum(rate(clinic_cache_reads${RATE}))`,
          'hits',
        ],
      ],
    ],
    [
      'line',
      'Event streams',
      'none',
      [
        ['sum by (instance) (clinic_sse_connections)', '{{instance}} open'],
        [`sum(rate(clinic_sse_events_sent${RATE}))`, 'events a second'],
        [`sum(rate(clinic_sse_slow_clients_dropped${RATE})) * 60`, 'cut a minute'],
      ],
    ],
    [
      'line',
      'Processor time',
      'percentunit',
      [[`rate(process_cpu_seconds_total{job=~"api|worker"}${RATE})`, '{{job}} {{instance}}']],
    ],
  ],
  jobs: [
    'Jobs',
    ['stat', 'Workers', 'none', [['max(clinic_workers)', '']]],
    ['stat', 'Oldest waiting job', 's', [['max(clinic_job_oldest_waiting_seconds)', '']]],
    [
      'line',
      'Jobs by state',
      'none',
      [
        [
          'max by (queue, state) (bullmq_job_count{state=~"waiting|active|delayed|failed"})',
          '{{queue}} {{state}}',
        ],
      ],
    ],
    ['line', 'Operations by status', 'none', [['max by (status) (clinic_operations)', '{{status}}']]],
    [
      'line',
      'Imported rows a second',
      'none',
      [['sum by (outcome) (deriv(clinic_import_rows[2m]))', '{{outcome}}']],
    ],
    [
      'line',
      'Events not published',
      'none',
      [
        ['max(clinic_outbox_events)', 'events'],
        ['max(clinic_outbox_oldest_seconds)', 'age of the oldest, s'],
      ],
    ],
    [
      'line',
      'Memory of workers',
      'percent',
      [['clinic_memory_used_percent{service="worker"}', '{{instance}}']],
    ],
  ],
  database: [
    'Database',
    ['stat', 'Answers', 'none', [['mysql_up', '']]],
    [
      'stat',
      'Connections of the limit',
      'percentunit',
      [['mysql_global_status_threads_connected / mysql_global_variables_max_connections', '']],
    ],
    [
      'line',
      'Pools',
      'none',
      [['sum by (service, state) (clinic_db_pool_connections)', '{{service}} {{state}}']],
    ],
    [
      'line',
      'Time of statements, p95',
      's',
      [
        [
          `histogram_quantile(0.95, sum by (le, service) (rate(clinic_db_query_duration_seconds_bucket${RATE})))`,
          '{{service}}',
        ],
      ],
    ],
    [
      'line',
      'Statements a second',
      'ops',
      [
        [`rate(mysql_global_status_questions${RATE})`, 'all'],
        [`rate(mysql_global_status_slow_queries${RATE})`, 'slow'],
      ],
    ],
    [
      'line',
      'Buffer pool',
      'percentunit',
      [
        [
          `1 - rate(mysql_global_status_innodb_buffer_pool_reads${RATE}) / rate(mysql_global_status_innodb_buffer_pool_read_requests${RATE})`,
          'found in memory',
        ],
      ],
    ],
    [
      'line',
      'Row lock waits',
      'ops',
      [[`rate(mysql_global_status_innodb_row_lock_waits${RATE})`, 'waits a second']],
    ],
  ],
  redis: [
    'Redis',
    ['stat', 'Answers', 'none', [['redis_up', '{{role}}']]],
    [
      'stat',
      'Memory of the limit',
      'percentunit',
      [['redis_memory_used_bytes / (redis_memory_max_bytes > 0)', '{{role}}']],
    ],
    ['line', 'Memory', 'bytes', [['redis_memory_used_bytes', '{{role}}']]],
    ['line', 'Commands a second', 'ops', [[`rate(redis_commands_processed_total${RATE})`, '{{role}}']]],
    ['line', 'Clients', 'none', [['redis_connected_clients', '{{role}}']]],
    [
      'line',
      'Keys pushed out and ended',
      'ops',
      [
        [`rate(redis_evicted_keys_total${RATE})`, '{{role}} pushed out'],
        [`rate(redis_expired_keys_total${RATE})`, '{{role}} ended'],
      ],
    ],
    [
      'line',
      'Hit rate of the cache server',
      'percentunit',
      [
        [
          `rate(redis_keyspace_hits_total{role="cache"}${RATE}) / (rate(redis_keyspace_hits_total{role="cache"}${RATE}) + rate(redis_keyspace_misses_total{role="cache"}${RATE}))`,
          'hits',
        ],
      ],
    ],
    ['line', 'Append-only file written', 'none', [['redis_aof_last_write_status', '{{role}}']]],
  ],
}
