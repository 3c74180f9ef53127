-- The audit log: one leaf an entry, one head a log, argument rows beside them.
--
-- INVARIANT: the runtime role can add entries and read them; nobody can change one. What erases is
-- the loss of a payload's key or of a whole month of payloads, never of a leaf.

SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

SET LOCAL ROLE bailiwick_owner;
GRANT REFERENCES (tenant_id) ON tenants TO bailiwick_audit_owner;

SET LOCAL ROLE bailiwick_audit_owner;

-- Tables -----------------------------------------------------------------------------------------

-- How long each log is. Locked by every append, so indexes have neither gaps nor twins.
CREATE TABLE audit_heads (
    tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
    log       text NOT NULL CHECK (log IN ('calls', 'admin')),
    -- First line of the log's checkpoints; fixed when the tenant is made.
    origin    text NOT NULL,
    size      bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
    PRIMARY KEY (tenant_id, log)
) WITH (fillfactor = 20);

-- The columns after `entry` repeat what stands in it, for filters.
CREATE TABLE audit_leaves (
    tenant_id  uuid NOT NULL,
    log        text NOT NULL,
    index      bigint NOT NULL CHECK (index >= 0),
    -- RFC 8785 JSON: exactly the bytes that `leaf_hash` = SHA-256(0x00 ‖ entry) is made of.
    entry      bytea NOT NULL CHECK (octet_length(entry) <= 65535),
    leaf_hash  bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    id         uuid NOT NULL,
    -- The first entry of the same call; argument rows are kept under it.
    call_id    uuid NOT NULL,
    time       timestamptz NOT NULL,
    kind       text NOT NULL,
    -- The agent of a call, the principal of an admin entry.
    actor_id   uuid,
    grant_id   uuid,
    server     text,
    tool       text,
    decision   text,
    -- Why a call was decided so; the action of an admin entry.
    code       text,
    rule       text,
    outcome    text,
    request_id text,
    PRIMARY KEY (tenant_id, log, index),
    -- An append whose commit is in doubt is settled by looking for its id.
    CONSTRAINT audit_entry_once UNIQUE (tenant_id, id)
) PARTITION BY HASH (tenant_id);

CREATE INDEX audit_leaves_by_time ON audit_leaves (tenant_id, log, time, index);
CREATE INDEX audit_leaves_by_actor ON audit_leaves (tenant_id, log, actor_id, time, index);
CREATE INDEX audit_leaves_not_allowed ON audit_leaves (tenant_id, log, time, index)
    WHERE decision <> 'allow';
CREATE INDEX audit_leaves_by_request ON audit_leaves (tenant_id, request_id);

-- Argument rows of a call, sealed. `id` is the call's, a UUIDv7: its first 48 bits are the
-- milliseconds since 1970, so ranges of ids are ranges of time and months are partitions.
CREATE TABLE audit_payloads (
    tenant_id uuid NOT NULL,
    id        uuid NOT NULL,
    -- Whose key seals it; NULL for the tenant's own payload key.
    subject   text,
    key_id    text NOT NULL,
    sealed    bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

-- What never changes -----------------------------------------------------------------------------

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- A head only grows, and nothing but its size ever changes.
CREATE FUNCTION audit_head_grows() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.size <= OLD.size OR NEW.tenant_id <> OLD.tenant_id OR NEW.log <> OLD.log
        OR NEW.origin <> OLD.origin THEN
        RAISE EXCEPTION 'a log only grows' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- The condition again: an append that obeys it costs no call.
CREATE TRIGGER audit_heads_grow BEFORE UPDATE ON audit_heads
    FOR EACH ROW WHEN (NEW.size <= OLD.size OR NEW.tenant_id <> OLD.tenant_id
        OR NEW.log <> OLD.log OR NEW.origin <> OLD.origin)
    EXECUTE FUNCTION audit_head_grows();
CREATE TRIGGER audit_heads_stay BEFORE DELETE ON audit_heads
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_leaves_stay BEFORE UPDATE OR DELETE ON audit_leaves
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_payloads_stay BEFORE UPDATE OR DELETE ON audit_payloads
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();

-- Row-level security and TRUNCATE triggers do not pass on to partitions: each table gets its own.
CREATE FUNCTION audit_guard(guarded regclass) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY own_tenant_only ON %s '
        'USING (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid) '
        'WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
        guarded);
    EXECUTE format(
        'CREATE TRIGGER is_not_truncated BEFORE TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', guarded);
END $$;

DO $$
BEGIN
    FOR remainder IN 0..7 LOOP
        EXECUTE format(
            'CREATE TABLE audit_leaves_%s PARTITION OF audit_leaves '
            'FOR VALUES WITH (MODULUS 8, REMAINDER %s)', remainder, remainder);
        PERFORM audit_guard(format('audit_leaves_%s', remainder)::regclass);
    END LOOP;
    PERFORM audit_guard('audit_leaves');
    PERFORM audit_guard('audit_payloads');
END $$;

-- Months of payloads -----------------------------------------------------------------------------

-- The least UUIDv7 of a moment.
CREATE FUNCTION audit_first_id(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
SET search_path FROM CURRENT AS $$
    SELECT rpad(lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')
        ::uuid
$$;

-- Makes the partitions from the month of `moment` on, as many as wanted; those that exist stay.
-- Called when the schema is migrated, daily, and before the first payload of a month.
CREATE FUNCTION audit_payload_months(moment timestamptz, months integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    partition text;
BEGIN
    IF months NOT BETWEEN 1 AND 24
        OR moment NOT BETWEEN now() - interval '10 years' AND now() + interval '2 years' THEN
        RAISE EXCEPTION 'no such months' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('bailiwick.audit_payload_months'));
    FOR ahead IN 1..months LOOP
        partition := format('audit_payloads_%s', to_char(month, 'YYYY_MM'));
        IF to_regclass(partition) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF audit_payloads FOR VALUES FROM (%L) TO (%L)',
                partition, audit_first_id(month AT TIME ZONE 'UTC'),
                audit_first_id((month + interval '1 month') AT TIME ZONE 'UTC'));
            PERFORM audit_guard(partition::regclass);
        END IF;
        month := month + interval '1 month';
    END LOOP;
END $$;

SELECT audit_payload_months(now() - interval '1 month', 5);

-- Logs are opened with their tenant ----------------------------------------------------------------

CREATE FUNCTION audit_open_logs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    outer_tenant text := current_setting('app.tenant', true);
BEGIN
    PERFORM set_config('app.tenant', NEW.tenant_id::text, true);
    INSERT INTO audit_heads (tenant_id, log, origin)
    SELECT NEW.tenant_id, opened, NEW.origin || '/' || opened
    FROM unnest(ARRAY['calls', 'admin']) AS opened;
    PERFORM set_config('app.tenant', coalesce(outer_tenant, ''), true);
    RETURN NULL;
END $$;

-- What the others may do: nothing that is not listed -----------------------------------------------

REVOKE ALL ON FUNCTION audit_refuse_change(), audit_head_grows(), audit_guard(regclass),
    audit_first_id(timestamptz), audit_payload_months(timestamptz, integer), audit_open_logs()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_open_logs() TO bailiwick_owner;
GRANT EXECUTE ON FUNCTION audit_payload_months(timestamptz, integer) TO bailiwick_app;
GRANT SELECT, UPDATE (size) ON audit_heads TO bailiwick_app;
GRANT SELECT, INSERT ON audit_leaves, audit_payloads TO bailiwick_app;

-- The logs of the tenants there are, then of every new one: read past row-level security.
RESET ROLE;
INSERT INTO audit_heads (tenant_id, log, origin)
SELECT tenant_id, opened, origin || '/' || opened
FROM tenants CROSS JOIN unnest(ARRAY['calls', 'admin']) AS opened;

SET LOCAL ROLE bailiwick_audit_owner;
SELECT audit_guard('audit_heads');

SET LOCAL ROLE bailiwick_owner;
CREATE TRIGGER tenants_open_logs AFTER INSERT ON tenants
    FOR EACH ROW EXECUTE FUNCTION audit_open_logs();

RESET ROLE;
