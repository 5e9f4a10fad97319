-- Who may what. The accounts of API and worker have rights on tables, never on the database, so a new table is closed
-- until `migrate` has called apply_rights. That procedure runs with the rights of root: the account that migrates can
-- call it, but cannot give itself or anyone else UPDATE or DELETE on the audit. What moved in stock is only added to,
-- too; whose it was may change, when two records of one patient are made one.
CREATE DATABASE IF NOT EXISTS clinic_admin CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The most special pattern wins: the lowest priority that matches the table's name.
CREATE OR REPLACE TABLE clinic_admin.table_rights (
  account  varchar(32) NOT NULL,
  priority int NOT NULL,
  pattern  varchar(64) NOT NULL,
  rights   varchar(100) NOT NULL,
  PRIMARY KEY (account, priority, pattern)
) ENGINE=InnoDB;

INSERT INTO clinic_admin.table_rights VALUES
  ('clinic_api',     1, 'audit\_%',      'SELECT, INSERT'),
  ('clinic_api',     1, 'knex\_%',       'SELECT'),
  ('clinic_api',     1, 'stock\_movements', 'SELECT, INSERT, UPDATE (patient_id)'),
  ('clinic_api',     9, '%',             'SELECT, INSERT, UPDATE, DELETE'),
  ('clinic_worker',  1, 'audit\_%',      'SELECT, INSERT'),
  ('clinic_worker',  1, 'knex\_%',       'SELECT'),
  ('clinic_worker',  1, 'users',         'SELECT'),
  ('clinic_worker',  1, 'user\_grants',  'SELECT'),
  ('clinic_worker',  1, 'api\_tokens',   ''),
  ('clinic_worker',  1, 'stock\_movements', 'SELECT, INSERT, UPDATE (patient_id)'),
  ('clinic_worker',  9, '%',             'SELECT, INSERT, UPDATE, DELETE'),
  ('clinic_migrate', 1, 'audit\_%',      ''),
  ('clinic_migrate', 1, 'stock\_movements', ''),
  ('clinic_migrate', 9, '%',             'UPDATE, DELETE');

DELIMITER //
CREATE OR REPLACE DEFINER = 'root'@'localhost' PROCEDURE clinic_admin.apply_rights()
  SQL SECURITY DEFINER
  COMMENT 'gives every account its rights on every table of the clinic'
BEGIN
  FOR entry IN (
    SELECT t.table_name AS name, a.account, (
        SELECT r.rights FROM clinic_admin.table_rights r
        WHERE r.account = a.account AND t.table_name LIKE r.pattern ORDER BY r.priority LIMIT 1
      ) AS rights
    FROM information_schema.tables t, (SELECT DISTINCT account FROM clinic_admin.table_rights) a
    WHERE t.table_schema = 'clinic' AND t.table_type = 'BASE TABLE'
  ) DO
    IF entry.rights <> '' THEN
      EXECUTE IMMEDIATE
        CONCAT('GRANT ', entry.rights, ' ON `clinic`.`', entry.name, '` TO ''', entry.account, '''@''%''');
    END IF;
  END FOR;
END//
DELIMITER ;

-- before the first table exists: the database itself, never a data right on it for API or worker
GRANT CREATE TEMPORARY TABLES ON `clinic`.* TO 'clinic_api'@'%';
GRANT CREATE TEMPORARY TABLES, LOCK TABLES ON `clinic`.* TO 'clinic_worker'@'%';
GRANT SELECT, INSERT, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, TRIGGER,
  CREATE TEMPORARY TABLES, LOCK TABLES ON `clinic`.* TO 'clinic_migrate'@'%';
-- knex writes its own tables in the run that makes them
GRANT CREATE, UPDATE, DELETE ON `clinic`.`knex_migrations` TO 'clinic_migrate'@'%';
GRANT CREATE, UPDATE, DELETE ON `clinic`.`knex_migrations_lock` TO 'clinic_migrate'@'%';
GRANT EXECUTE ON PROCEDURE clinic_admin.apply_rights TO 'clinic_migrate'@'%';
GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT ON `clinic`.* TO 'clinic_backup'@'%';
-- a backup is proven by restoring it into a database of its own, which is dropped afterwards
GRANT SELECT, INSERT, CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER, SHOW VIEW, LOCK TABLES
  ON `clinic\_proof\_%`.* TO 'clinic_backup'@'%';
GRANT PROCESS, SLAVE MONITOR ON *.* TO 'clinic_metrics'@'%';
FLUSH PRIVILEGES;
