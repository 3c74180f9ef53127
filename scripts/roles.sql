-- The roles Bailiwick needs, and nothing for PUBLIC. Run it as a superuser in the database that
-- Bailiwick will use; running it again changes nothing.
--
--   psql -d bailiwick -v app_password=… -v migrator_password=… -f scripts/roles.sql
--
-- Without a password variable the role keeps the password it has (or none: peer or certificate).

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET log_statement = 'none';

BEGIN;
SELECT pg_advisory_xact_lock(7234201948215117);

SELECT format('CREATE ROLE %I', wanted)
FROM unnest(ARRAY['bailiwick_owner', 'bailiwick_audit_owner', 'bailiwick_directory',
    'bailiwick_migrator', 'bailiwick_app']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
\gexec

-- Own the tables, the log's tables, and the functions that look a tenant up.
ALTER ROLE bailiwick_owner NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE bailiwick_audit_owner
    NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE bailiwick_directory
    NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;

-- `bailiwick migrate`, backup and restore; never `bailiwick serve`.
ALTER ROLE bailiwick_migrator LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
GRANT bailiwick_owner, bailiwick_audit_owner, bailiwick_directory TO bailiwick_migrator;

-- `bailiwick serve`: owns nothing and is bound by row-level security.
ALTER ROLE bailiwick_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;

\if :{?migrator_password}
ALTER ROLE bailiwick_migrator PASSWORD :'migrator_password';
\endif
\if :{?app_password}
ALTER ROLE bailiwick_app PASSWORD :'app_password';
\endif

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO bailiwick_migrator;
GRANT CONNECT ON DATABASE :"DBNAME" TO bailiwick_app;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public
    TO bailiwick_owner, bailiwick_audit_owner, bailiwick_directory;
GRANT USAGE ON SCHEMA public TO bailiwick_app;
COMMIT;
