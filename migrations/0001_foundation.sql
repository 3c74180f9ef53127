-- The tables of the control plane: tenants, identity, servers, secrets, grants, policies, counters.
--
-- INVARIANT: every table but `directory` has `tenant_id` first in each key, and row-level security
-- that shows nothing until `app.tenant` names a tenant. The runtime role owns nothing.

SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
SET LOCAL ROLE bailiwick_owner;

-- Tenants ------------------------------------------------------------------------------------

CREATE TABLE tenants (
    tenant_id      uuid PRIMARY KEY,
    slug           text NOT NULL UNIQUE,
    name           text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    -- First line of every checkpoint of this tenant's logs; fixed for good.
    origin         text NOT NULL,
    -- What happens to a tool that appears or changes after the first discovery.
    new_tools      text NOT NULL DEFAULT 'quarantine' CHECK (new_tools IN ('quarantine', 'allow')),
    -- Grows with every change that a data plane must see.
    change_version bigint NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL,
    CONSTRAINT tenant_slug_form CHECK (
        slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
        OR tenant_id = '00000000-0000-0000-0000-000000000000')
);

-- What must be found before its tenant is known: token id, tenant slug, e-mail digest → tenant.
-- Rows are never deleted, so that a slug is never used twice.
CREATE TABLE directory (
    kind      text NOT NULL CHECK (kind IN ('tenant_slug', 'grant_token', 'api_token', 'email')),
    key       text NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
    PRIMARY KEY (kind, key, tenant_id)
);
CREATE UNIQUE INDEX directory_key_is_unique ON directory (kind, key) WHERE kind <> 'email';

-- Keys ---------------------------------------------------------------------------------------

-- Data keys wrapped by the root key. The platform's row also tells a wrong root key from a right
-- one before anything is opened with it.
CREATE TABLE keyring (
    tenant_id   uuid NOT NULL REFERENCES tenants (tenant_id),
    key_id      text NOT NULL,
    root_key_id text NOT NULL,
    wrapped     bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key_id)
);

-- People and services ------------------------------------------------------------------------

CREATE TABLE principals (
    tenant_id     uuid NOT NULL REFERENCES tenants (tenant_id),
    id            uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('member', 'service')),
    name          text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    email         text,
    email_digest  bytea CHECK (octet_length(email_digest) = 32),
    password_hash text,
    roles         text[] NOT NULL DEFAULT '{}',
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email_digest),
    CONSTRAINT member_has_email CHECK ((kind = 'member') = (email_digest IS NOT NULL)),
    CONSTRAINT known_roles CHECK (roles <@ ARRAY[
        'admin', 'policy_manager', 'approver', 'risk', 'auditor', 'viewer'])
);
CREATE UNIQUE INDEX service_name_is_unique ON principals (tenant_id, name) WHERE kind = 'service';

CREATE TABLE api_tokens (
    tenant_id    uuid NOT NULL,
    id           text NOT NULL CHECK (id ~ '^[0-9A-Za-z]{12}$'),
    principal_id uuid NOT NULL,
    name         text NOT NULL,
    secret_hash  bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    roles        text[] NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, principal_id) REFERENCES principals (tenant_id, id),
    CONSTRAINT known_roles CHECK (roles <@ ARRAY[
        'admin', 'policy_manager', 'approver', 'risk', 'auditor', 'viewer'])
);
CREATE INDEX api_tokens_by_principal ON api_tokens (tenant_id, principal_id);

-- Servers, their credentials and tools ---------------------------------------------------------

CREATE TABLE servers (
    tenant_id     uuid NOT NULL REFERENCES tenants (tenant_id),
    id            uuid NOT NULL,
    slug          text NOT NULL CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name          text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    transport     text NOT NULL CHECK (transport IN ('streamable_http', 'sse', 'stdio')),
    url           text,
    allow_private boolean NOT NULL DEFAULT false,
    -- When its tools were first recorded: what appears later is new.
    discovered_at timestamptz,
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, slug)
);

CREATE TABLE credentials (
    tenant_id   uuid NOT NULL,
    server_id   uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('none', 'bearer', 'basic', 'headers')),
    sealed      bytea,
    key_id      text,
    fingerprint text,
    version     bigint NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, server_id),
    FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id),
    FOREIGN KEY (tenant_id, key_id) REFERENCES keyring (tenant_id, key_id),
    CONSTRAINT sealed_unless_none CHECK ((kind = 'none') = (sealed IS NULL))
);

CREATE TABLE server_tools (
    tenant_id       uuid NOT NULL,
    server_id       uuid NOT NULL,
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 512),
    -- The definition exactly as the upstream sent it.
    definition      bytea NOT NULL,
    definition_hash bytea NOT NULL CHECK (octet_length(definition_hash) = 32),
    -- The definition that was approved; differs from the current one while a change waits.
    pinned_hash     bytea CHECK (octet_length(pinned_hash) = 32),
    class           text NOT NULL DEFAULT 'unclassified' CHECK (class IN (
        'unclassified', 'read', 'write', 'execute', 'financial', 'destructive')),
    severity        text NOT NULL DEFAULT 'none' CHECK (severity IN (
        'none', 'low', 'medium', 'high', 'critical')),
    state           text NOT NULL CHECK (state IN ('active', 'quarantined', 'removed')),
    flags           text[] NOT NULL DEFAULT '{}',
    -- Object keys that the pinned input schema names: only these stand in clear in the record.
    schema_keys     text[] NOT NULL DEFAULT '{}',
    version         bigint NOT NULL DEFAULT 1,
    first_seen_at   timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, server_id, name),
    FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id)
);

-- Agents and grants ----------------------------------------------------------------------------

CREATE TABLE agents (
    tenant_id   uuid NOT NULL REFERENCES tenants (tenant_id),
    id          uuid NOT NULL,
    name        text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    kind        text NOT NULL CHECK (kind IN ('agent', 'person', 'job')),
    environment text NOT NULL,
    owner       text NOT NULL,
    labels      jsonb NOT NULL DEFAULT '{}',
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE grants (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    label         text NOT NULL CHECK (octet_length(label) BETWEEN 1 AND 200),
    agent_id      uuid NOT NULL,
    read_only     boolean NOT NULL DEFAULT false,
    labels        jsonb NOT NULL DEFAULT '{}',
    expires_at    timestamptz,
    revoked_at    timestamptz,
    revoked_by    text,
    revoke_reason text,
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    created_by    text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id),
    CONSTRAINT revoked_by_someone CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX grants_by_agent ON grants (tenant_id, agent_id);

CREATE TABLE grant_servers (
    tenant_id uuid NOT NULL,
    grant_id  uuid NOT NULL,
    server_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, grant_id, server_id),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES grants (tenant_id, id),
    FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id)
);
CREATE INDEX grant_servers_by_server ON grant_servers (tenant_id, server_id);

-- A grant may have several tokens while one replaces another.
CREATE TABLE grant_tokens (
    tenant_id    uuid NOT NULL,
    id           text NOT NULL CHECK (id ~ '^[0-9A-Za-z]{12}$'),
    grant_id     uuid NOT NULL,
    secret_hash  bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    -- To the nearest few minutes: written in the background, never on a call's way.
    last_used_at timestamptz,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES grants (tenant_id, id)
);
CREATE INDEX grant_tokens_by_grant ON grant_tokens (tenant_id, grant_id);

-- Policies -------------------------------------------------------------------------------------

CREATE TABLE policies (
    tenant_id      uuid NOT NULL REFERENCES tenants (tenant_id),
    id             uuid NOT NULL,
    name           text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    active_version bigint NOT NULL,
    latest_version bigint NOT NULL,
    version        bigint NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE policy_versions (
    tenant_id  uuid NOT NULL,
    policy_id  uuid NOT NULL,
    number     bigint NOT NULL CHECK (number > 0),
    document   text NOT NULL,
    digest     bytea NOT NULL CHECK (octet_length(digest) = 32),
    author     text NOT NULL,
    reason     text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, policy_id, number),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id)
);

CREATE TABLE attachments (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    layer          text NOT NULL CHECK (layer IN ('tenant', 'server', 'grant')),
    target_id      uuid NOT NULL,
    policy_id      uuid NOT NULL,
    -- NULL follows the policy's active version.
    policy_version bigint,
    mode           text NOT NULL CHECK (mode IN ('shadow', 'warn', 'enforce')),
    version        bigint NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, layer, target_id, mode),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id),
    FOREIGN KEY (tenant_id, policy_id, policy_version)
        REFERENCES policy_versions (tenant_id, policy_id, number)
);
CREATE INDEX attachments_by_policy ON attachments (tenant_id, policy_id, policy_version);

-- Counters -------------------------------------------------------------------------------------

-- One row per counter and window. `key` is the digest of the counter's whole identity; the other
-- columns only tell a reader what it counts.
CREATE TABLE counters (
    tenant_id    uuid NOT NULL REFERENCES tenants (tenant_id),
    key          bytea NOT NULL CHECK (octet_length(key) = 32),
    window_start timestamptz NOT NULL,
    window_end   timestamptz NOT NULL,
    policy_id    uuid NOT NULL,
    layer        text NOT NULL,
    target_id    uuid NOT NULL,
    name         text NOT NULL,
    scope_id     text NOT NULL,
    value        numeric NOT NULL DEFAULT 0 CHECK (value >= 0),
    PRIMARY KEY (tenant_id, key, window_start)
) WITH (fillfactor = 60);
CREATE INDEX counters_by_end ON counters (tenant_id, window_end);

-- Replays --------------------------------------------------------------------------------------

CREATE TABLE idempotency_keys (
    tenant_id      uuid NOT NULL REFERENCES tenants (tenant_id),
    principal_id   uuid NOT NULL,
    key            text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 255),
    request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
    object_id      text NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, principal_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (tenant_id, created_at);

-- What never changes -----------------------------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '% of % never changes', TG_ARGV[0], TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER policy_versions_are_immutable BEFORE UPDATE OR DELETE ON policy_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a version');
CREATE TRIGGER policy_versions_are_not_truncated BEFORE TRUNCATE ON policy_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a version');
CREATE TRIGGER tenant_slug_is_immutable BEFORE UPDATE OF tenant_id, slug, origin ON tenants
    FOR EACH ROW EXECUTE FUNCTION refuse_change('the slug');
CREATE TRIGGER server_slug_is_immutable BEFORE UPDATE OF tenant_id, id, slug ON servers
    FOR EACH ROW EXECUTE FUNCTION refuse_change('the slug');

-- The directory: written by triggers, read through three functions -------------------------------

CREATE FUNCTION directory_register() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO directory (kind, key, tenant_id)
    SELECT TG_ARGV[0], entry.key, NEW.tenant_id
    FROM (SELECT CASE TG_ARGV[0]
        WHEN 'tenant_slug' THEN to_jsonb(NEW) ->> 'slug'
        WHEN 'email' THEN to_jsonb(NEW) ->> 'email_digest'
        ELSE to_jsonb(NEW) ->> 'id' END AS key) AS entry
    WHERE entry.key IS NOT NULL
    ON CONFLICT (kind, key, tenant_id) DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER tenants_in_directory AFTER INSERT ON tenants
    FOR EACH ROW EXECUTE FUNCTION directory_register('tenant_slug');
CREATE TRIGGER grant_tokens_in_directory AFTER INSERT ON grant_tokens
    FOR EACH ROW EXECUTE FUNCTION directory_register('grant_token');
CREATE TRIGGER api_tokens_in_directory AFTER INSERT ON api_tokens
    FOR EACH ROW EXECUTE FUNCTION directory_register('api_token');
CREATE TRIGGER emails_in_directory AFTER INSERT OR UPDATE OF email_digest ON principals
    FOR EACH ROW EXECUTE FUNCTION directory_register('email');

-- The tenant of a slug; nothing when there is none.
CREATE FUNCTION directory_tenant_of_slug(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT tenant_id FROM directory WHERE kind = 'tenant_slug' AND key = wanted
$$;

-- The tenant of a grant's or API token's id; nothing when there is none.
CREATE FUNCTION directory_tenant_of_token(wanted_kind text, wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT tenant_id FROM directory
    WHERE kind = wanted_kind AND kind IN ('grant_token', 'api_token') AND key = wanted
$$;

-- Every tenant, for jobs that then set each one for a transaction of its own.
CREATE FUNCTION directory_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT tenant_id FROM directory
    WHERE kind = 'tenant_slug' AND tenant_id <> '00000000-0000-0000-0000-000000000000'
$$;

-- The platform itself: owner of the log for what belongs to no tenant.
INSERT INTO tenants (tenant_id, slug, name, origin, created_at)
VALUES ('00000000-0000-0000-0000-000000000000', '_platform', 'Platform', '_platform', now());

-- Row-level security -----------------------------------------------------------------------------

DO $$
DECLARE
    tenanted text;
BEGIN
    FOREACH tenanted IN ARRAY ARRAY[
        'tenants', 'keyring', 'principals', 'api_tokens', 'servers', 'credentials', 'server_tools',
        'agents', 'grants', 'grant_servers', 'grant_tokens', 'policies', 'policy_versions',
        'attachments', 'counters', 'idempotency_keys']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenanted);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenanted);
        EXECUTE format(
            'CREATE POLICY own_tenant_only ON %I '
            'USING (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid) '
            'WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
            tenanted);
    END LOOP;
END $$;

-- What the runtime role may do: nothing that is not listed -----------------------------------------

REVOKE ALL ON FUNCTION refuse_change(), directory_register(), directory_tenant_of_slug(text),
    directory_tenant_of_token(text, text), directory_tenants() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION directory_tenant_of_slug(text), directory_tenant_of_token(text, text),
    directory_tenants() TO bailiwick_app;

GRANT SELECT, INSERT, UPDATE (name, new_tools, change_version) ON tenants TO bailiwick_app;
GRANT SELECT, INSERT ON keyring TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (name, email, email_digest, password_hash, roles, version)
    ON principals TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_tokens TO bailiwick_app;
GRANT SELECT, INSERT,
    UPDATE (name, url, allow_private, discovered_at, version, updated_at, deleted_at)
    ON servers TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (kind, sealed, key_id, fingerprint, version, updated_at)
    ON credentials TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (definition, definition_hash, pinned_hash, class, severity, state,
    flags, schema_keys, version, changed_at) ON server_tools TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (name, kind, environment, owner, labels, version, updated_at)
    ON agents TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (label, labels, read_only, expires_at, revoked_at, revoked_by,
    revoke_reason, version) ON grants TO bailiwick_app;
GRANT SELECT, INSERT ON grant_servers TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (expires_at, revoked_at, last_used_at)
    ON grant_tokens TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE (name, active_version, latest_version, version, updated_at)
    ON policies TO bailiwick_app;
GRANT SELECT, INSERT ON policy_versions TO bailiwick_app;
GRANT SELECT, INSERT, DELETE, UPDATE (policy_id, policy_version, version, updated_at)
    ON attachments TO bailiwick_app;
GRANT SELECT, INSERT, DELETE, UPDATE (value) ON counters TO bailiwick_app;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO bailiwick_app;

RESET ROLE;
