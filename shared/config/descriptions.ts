import type { Config } from './config.ts'

/** One sentence for each setting; a setting without one does not compile. The settings page is made from it. */
export const SETTING_TEXTS: Readonly<Record<keyof Config, string>> = {
  NODE_ENV: 'production refuses weak secrets and never brings up servers of its own',
  LOG_LEVEL: 'from which level on a line is written',
  PORT: 'where the API and the staff page are served; 0 takes a free one',
  HOST: 'address to listen on; 0.0.0.0 in a container',
  INTERNAL_PORT: 'health and metrics of the API for the machine itself; 0 takes a free one',
  WORKER_PORT: 'health and metrics of the worker; 0 takes a free one',
  PUBLIC_URL: 'address at which browsers reach the system; unset: the one they used',
  TRUST_PROXY: 'number of own proxies in front, whose X-Forwarded-For is believed',
  CORS_ORIGINS: 'further origins that may call the API, separated by commas',
  DATABASE_URL: 'database and the account of the application; unset: npm start brings up a private server',
  MIGRATE_DATABASE_URL: 'the same database with the account that may change the schema',
  REDIS_URL: 'job queues, sessions, limits and events; must keep everything (noeviction, append-only file)',
  CACHE_REDIS_URL: 'cached reads; may forget (allkeys-lru), nothing is kept on disk',
  DATA_DIR: 'uploads, result files, the audit spool, development keys and private servers',
  DB_POOL_MAX: 'most database connections of one API process',
  WORKER_DB_POOL_MAX: 'most database connections of one worker process',
  DB_CONNECT_TIMEOUT_MS: 'longest wait for a connection, new or from the pool',
  DB_IDLE_TIMEOUT_MS: 'idle connections are closed after this',
  RATE_LIMIT_GENERAL_PER_HOUR: 'calls of one user, before sign-in of one address; 0 turns it off',
  RATE_LIMIT_AUTH_PER_MINUTE: 'sign-in attempts of one account from one address; 0 turns it off',
  RATE_LIMIT_HEAVY_PER_HOUR: 'heavy requests of one user; 0 turns it off',
  REQUEST_TIMEOUT_MS: "longest time of a request's work, which is then really stopped",
  SSE_MAX_AGE_MS: 'an event stream is closed by the server after this and opened again by the page',
  SSE_HEARTBEAT_MS: 'time between heartbeats on an event stream',
  SSE_RETRY_MS: 'how long a browser waits before it opens a lost stream again',
  UPLOAD_MAX_BYTES: 'largest file that is taken',
  SESSION_IDLE_MIN: 'a session ends after this many minutes without a call',
  SESSION_MAX_H: 'a session ends after this many hours whatever happens',
  TZ_CLINIC: "the clinic's time zone: its day, its print-outs",
  INITIAL_ADMIN_PASSWORD: 'password of the first users; in production one-time and for superadmin alone',
  DATA_KEY_FILE:
    'key for secrets at rest (32 bytes, base64; older keys on further lines); required in production',
  SIGNING_KEY_FILE:
    'key for signed codes (32 bytes, base64; older keys on further lines); required in production',
  BACKUP_KEY_FILE:
    'key that backups are encrypted under (32 bytes, base64; older keys on further lines); the worker requires it in production; keep a copy elsewhere, without it no backup can be read',
  BACKUP_DATABASE_URL:
    'the same database with the account that dumps it and restores into a scratch database; unset: DATABASE_URL',
  BACKUP_TOOLS_DIR: 'folder of mariadb-dump and mariadb; unset: found by PATH',
  BACKUP_KEEP_DAYS: 'older backups are removed, but never the newest and never the last proven one',
  BACKUP_KEEP_COUNT: 'no more backups than this are kept, the newest first',
  BACKUP_OFFSITE_DIR: 'second folder that every backup is copied to, on another machine or disk',
  BACKUP_OFFSITE_COMMAND:
    'program that carries a backup away, with its arguments; the folder of the backup is added as the last one',
  SMTP_URL:
    'mail server for scheduled reports: smtp://user:password@host:587 or smtps://…; always encrypted, unless it is this machine or the address ends in ?tls=off; unset: no mails',
  MAIL_FROM: 'sender of mails, `Clinic <reports@clinic.example>`; unset: clinic@ the host of PUBLIC_URL',
  OTEL_EXPORTER_OTLP_ENDPOINT:
    'OpenTelemetry collector that traces of requests and jobs go to, by OTLP over HTTP; unset: no traces, nothing is loaded',
  WORKER_CONCURRENCY: 'jobs that one worker process runs side by side in each job queue',
  IMPORT_CHUNK_ROWS: 'rows of one import transaction at most',
  IMPORT_LOAD:
    'auto: imports use LOAD DATA where the server allows it; insert: they never do, and are slower',
  CLINIC_FIRST: 'on: heavy work slows itself down while staff would notice it',
  QUIET_HOURS: 'hours of the clinic (22:00-06:00) in which heavy work need not hold back',
}
