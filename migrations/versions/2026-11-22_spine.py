"""The spine: people, partners, products, ledger, activities, programs, deals, sales, rewards, imports, jobs."""

import sqlalchemy as sa
from alembic import op
import app.core.types

revision = "20261122_spine"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(owner_kind = 'house') = (balance IS NULL)", name=op.f("ck_accounts_house_without_balance")
        ),
        sa.CheckConstraint(
            "(owner_kind = 'house') = (kind IN ('issued', 'redeemed', 'expired', 'paid', 'adjusted'))",
            name=op.f("ck_accounts_house_kinds"),
        ),
        sa.CheckConstraint("(owner_kind = 'house') = (owner_id = 0)", name=op.f("ck_accounts_house_owner")),
        sa.CheckConstraint(
            "kind IN ('available', 'pending', 'code', 'fund', 'payable', 'clawback_due', 'issued', 'redeemed', 'expired', 'paid', 'adjusted')",
            name=op.f("ck_accounts_kind_known"),
        ),
        sa.CheckConstraint(
            "owner_kind IN ('member', 'organisation', 'contact', 'code', 'fund', 'house')",
            name=op.f("ck_accounts_owner_kind_known"),
        ),
        sa.CheckConstraint(
            "balance >= 0 AND balance <= 1000000000000000000", name=op.f("ck_accounts_balance_range")
        ),
        sa.CheckConstraint("length(unit) = 3 AND unit = upper(unit)", name=op.f("ck_accounts_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "owner_kind", "owner_id", "unit", "kind", name=op.f("uq_accounts_owner_kind_owner_id_unit_kind")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "exchange_rates",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("effective_on", app.core.types.LocalDate(), nullable=False),
        sa.Column("rate_e10", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("rate_e10 > 0", name=op.f("ck_exchange_rates_rate_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rates")),
        sa.UniqueConstraint("currency", "effective_on", name=op.f("uq_exchange_rates_currency_effective_on")),
    )
    op.create_table(
        "external_ids",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('organisation', 'person', 'product')", name=op.f("ck_external_ids_kind_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_ids")),
        sa.UniqueConstraint("kind", "source", "key", name=op.f("uq_external_ids_kind_source_key")),
    )
    with op.batch_alter_table("external_ids", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_external_ids_kind_external_ids_target_id"), ["kind", "target_id"], unique=False
        )

    op.create_table(
        "jobs",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", app.core.types.JSONText(), nullable=False),
        sa.Column("dedupe", sa.Text(), nullable=True),
        sa.Column("run_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("finished_at", app.core.types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'done', 'dead', 'cancelled')", name=op.f("ck_jobs_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_jobs_dedupe")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["state", "run_at"], unique=False)

    op.create_table(
        "organisations",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("registration_no", sa.Text(), nullable=True),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_organisations_status_known")),
        sa.CheckConstraint(
            "kind = lower(kind) AND length(kind) BETWEEN 1 AND 40", name=op.f("ck_organisations_kind_slug")
        ),
        sa.CheckConstraint("length(country) = 2", name=op.f("ck_organisations_country_alpha2")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_organisations_currency_iso")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisations_public_id")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organisations_name_organisations_id"), ["name", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_organisations_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "people",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("has_shortcuts", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("last_seen_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'deactivated')", name=op.f("ck_people_status_known")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_people_email_folded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_people_public_id")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_name_people_id"), ["name", "id"], unique=False)

    op.create_table(
        "point_values",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("per_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_point_values_currency_iso")),
        sa.CheckConstraint(
            "per_minor > 0 AND per_minor <= 1000000000000", name=op.f("ck_point_values_per_minor_range")
        ),
        sa.CheckConstraint("points > 0 AND points <= 1000000000", name=op.f("ck_point_values_points_range")),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_point_values")),
    )
    op.create_table(
        "product_families",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_families")),
        sa.UniqueConstraint("slug", name=op.f("uq_product_families_slug")),
    )
    op.create_table(
        "program_state",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_program_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_state")),
    )
    op.create_table(
        "rate_counters",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("hits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counters")),
    )
    op.create_table(
        "reward_categories",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", app.core.types.JSONText(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_reward_categories_slug")),
    )
    op.create_table(
        "audit_events",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("occurred_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_audit_events_actor_id_people")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_audit_events_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index("ix_audit_events_occurred_at", ["occurred_at"], unique=False)
        batch_op.create_index("ix_audit_events_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "deals",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("draft_key", sa.Text(), nullable=True),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("customer_country", sa.Text(), nullable=True),
        sa.Column("customer_domain", sa.Text(), nullable=False),
        sa.Column("customer_registration_no", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=True),
        sa.Column("domain_key", sa.Text(), nullable=True),
        sa.Column("registration_key", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("value_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("expected_close_on", app.core.types.LocalDate(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("saved_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("submitted_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("claimed_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("queued_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("approved_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("protected_until", app.core.types.LocalDate(), nullable=True),
        sa.Column("reminded_days", sa.Integer(), nullable=True),
        sa.Column("closed_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("rejection_reason", sa.Text(), nullable=True),
        sa.Column("loss_reason", sa.Text(), nullable=True),
        sa.Column("invoice_no", sa.Text(), nullable=True),
        sa.Column("invoice_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("won_on", app.core.types.LocalDate(), nullable=True),
        sa.Column("activity_public_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'lost') = (loss_reason IS NOT NULL)", name=op.f("ck_deals_lost_with_reason")
        ),
        sa.CheckConstraint(
            "(state = 'rejected') = (rejection_reason IS NOT NULL)",
            name=op.f("ck_deals_rejected_with_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'won') = (won_on IS NOT NULL AND invoice_no IS NOT NULL AND invoice_minor IS NOT NULL AND activity_public_id IS NOT NULL)",
            name=op.f("ck_deals_won_with_invoice"),
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR protected_until IS NOT NULL", name=op.f("ck_deals_approved_is_protected")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'in_review', 'information_needed', 'approved', 'rejected', 'won', 'lost', 'expired', 'withdrawn')",
            name=op.f("ck_deals_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (submitted_at IS NOT NULL AND claimed_at IS NOT NULL AND name_key IS NOT NULL AND customer_country IS NOT NULL AND value_minor IS NOT NULL)",
            name=op.f("ck_deals_submitted_is_complete"),
        ),
        sa.CheckConstraint(
            "customer_country IS NULL OR length(customer_country) = 2", name=op.f("ck_deals_country_alpha2")
        ),
        sa.CheckConstraint(
            "invoice_minor IS NULL OR invoice_minor > 0", name=op.f("ck_deals_invoice_positive")
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_deals_currency_iso")),
        sa.CheckConstraint(
            "value_minor IS NULL OR value_minor <= 20000000000000000", name=op.f("ck_deals_value_bounded")
        ),
        sa.CheckConstraint("value_minor IS NULL OR value_minor >= 0", name=op.f("ck_deals_value_positive")),
        sa.ForeignKeyConstraint(["member_id"], ["people.id"], name=op.f("fk_deals_member_id_people")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_deals_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deals")),
        sa.UniqueConstraint("member_id", "draft_key", name=op.f("uq_deals_member_id_draft_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deals_public_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deals_domain_key"), ["domain_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_deals_member_id_deals_id"), ["member_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_deals_name_key_deals_customer_country"),
            ["name_key", "customer_country"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_deals_organisation_id_deals_id"), ["organisation_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_deals_protected",
            ["protected_until"],
            unique=False,
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )
        batch_op.create_index(
            "ix_deals_queue",
            ["queued_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('submitted', 'in_review')"),
            postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
        )
        batch_op.create_index(
            batch_op.f("ix_deals_registration_key_deals_customer_country"),
            ["registration_key", "customer_country"],
            unique=False,
        )

    op.create_table(
        "idempotent_forms",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_idempotent_forms_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_forms")),
        sa.UniqueConstraint("scope", "key", name=op.f("uq_idempotent_forms_scope_key")),
    )
    op.create_table(
        "import_batches",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("mapping", app.core.types.JSONText(), nullable=False),
        sa.Column("report", app.core.types.JSONText(), nullable=True),
        sa.Column("errors_key", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("line_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("touched_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("finished_at", app.core.types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('partners', 'products', 'sales')", name=op.f("ck_import_batches_kind_known")
        ),
        sa.CheckConstraint(
            "status IN ('uploaded', 'checked', 'queued', 'running', 'done', 'refused', 'interrupted')",
            name=op.f("ck_import_batches_status_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_import_batches_actor_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_batches_public_id")),
    )
    with op.batch_alter_table("import_batches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_batches_created_at_import_batches_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_import_batches_source_import_batches_sha256"), ["source", "sha256"], unique=False
        )

    op.create_table(
        "import_mappings",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mapping", app.core.types.JSONText(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('partners', 'products', 'sales')", name=op.f("ck_import_mappings_kind_known")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_import_mappings_actor_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mappings")),
        sa.UniqueConstraint("kind", "source", name=op.f("uq_import_mappings_kind_source")),
    )
    op.create_table(
        "invitations",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("invited_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("sent_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("expires_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("accepted_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("accepted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revoked_at", app.core.types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(organisation_id IS NULL) = (role NOT IN ('member', 'partner_admin'))",
            name=op.f("ck_invitations_role_fits_side"),
        ),
        sa.CheckConstraint(
            "role IN ('member', 'partner_admin', 'channel_manager', 'marketer', 'finance', 'auditor', 'owner')",
            name=op.f("ck_invitations_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["people.id"], name=op.f("fk_invitations_accepted_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["people.id"], name=op.f("fk_invitations_invited_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_invitations_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitations_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_invitations_open_email",
            ["email", sa.literal_column("coalesce(organisation_id, 0)")],
            unique=True,
            sqlite_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        )

    op.create_table(
        "mails",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("due_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("sent_at", app.core.types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_mails_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mails_public_id")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mails_created_at"), ["created_at"], unique=False)

    op.create_table(
        "memberships",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("started_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", app.core.types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(organisation_id IS NULL) = (role NOT IN ('member', 'partner_admin'))",
            name=op.f("ck_memberships_role_fits_side"),
        ),
        sa.CheckConstraint(
            "role IN ('member', 'partner_admin', 'channel_manager', 'marketer', 'finance', 'auditor', 'owner')",
            name=op.f("ck_memberships_role_known"),
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_memberships_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_memberships_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_memberships_organisation_id_memberships_person_id"),
            ["organisation_id", "person_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_memberships_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_memberships_open_person",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "orders",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("refund_posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reveal_session", sa.Text(), nullable=True),
        sa.Column("revealed_until", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "refund_posting_id IS NULL OR state IN ('failed', 'cancelled')",
            name=op.f("ck_orders_refund_only_when_ended"),
        ),
        sa.CheckConstraint(
            "state IN ('placed', 'processing', 'fulfilled', 'shipped', 'delivered', 'failed', 'cancelled')",
            name=op.f("ck_orders_state_known"),
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_orders_points_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_orders_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_orders_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("payment_posting_id", name=op.f("uq_orders_payment_posting_id")),
        sa.UniqueConstraint("person_id", "idempotency_key", name=op.f("uq_orders_person_id_idempotency_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_orders_public_id")),
        sa.UniqueConstraint("refund_posting_id", name=op.f("uq_orders_refund_posting_id")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_orders_organisation_id_orders_id"), ["organisation_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_orders_person_id_orders_id"), ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_state_orders_id"), ["state", "id"], unique=False)

    op.create_table(
        "organisation_families",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("family_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["product_families.id"],
            name=op.f("fk_organisation_families_family_id_product_families"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_families_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "family_id", name=op.f("pk_organisation_families")),
    )
    with op.batch_alter_table("organisation_families", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_families_family_id"), ["family_id"], unique=False)

    op.create_table(
        "organisation_managers",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_managers_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_organisation_managers_person_id_people")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_organisation_managers")),
    )
    with op.batch_alter_table("organisation_managers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_managers_person_id"), ["person_id"], unique=False)

    op.create_table(
        "products",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("family_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subcategory", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_products_status_known")),
        sa.ForeignKeyConstraint(
            ["family_id"], ["product_families.id"], name=op.f("fk_products_family_id_product_families")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("public_id", name=op.f("uq_products_public_id")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_products_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_products_name_products_id"), ["name", "id"], unique=False)

    op.create_table(
        "programs",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("ended_on", app.core.types.LocalDate(), nullable=True),
        sa.Column("ended_serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (ended_serial IS NULL)", name=op.f("ck_programs_end_is_numbered")
        ),
        sa.CheckConstraint("length(slug) BETWEEN 1 AND 80", name=op.f("ck_programs_slug_length")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_programs_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programs_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_programs_slug")),
    )
    op.create_table(
        "rewards",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("name", app.core.types.JSONText(), nullable=False),
        sa.Column("description", app.core.types.JSONText(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("palette", sa.Text(), nullable=False),
        sa.Column("icon", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("delivery_hours", sa.Integer(), nullable=False),
        sa.Column("shows_value", sa.Boolean(), nullable=False),
        sa.Column("quantity_limit", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("price_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lowest_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('digital_voucher', 'manual')", name=op.f("ck_rewards_kind_known")),
        sa.CheckConstraint("medium IN ('code', 'door', 'service')", name=op.f("ck_rewards_medium_known")),
        sa.CheckConstraint("status <> 'live' OR lowest_points > 0", name=op.f("ck_rewards_live_has_price")),
        sa.CheckConstraint("status IN ('live', 'hidden', 'draft')", name=op.f("ck_rewards_status_known")),
        sa.CheckConstraint("delivery_hours BETWEEN 0 AND 2160", name=op.f("ck_rewards_delivery_hours_range")),
        sa.CheckConstraint("quantity_limit BETWEEN 1 AND 20", name=op.f("ck_rewards_quantity_limit_range")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["reward_categories.id"], name=op.f("fk_rewards_category_id_reward_categories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint("slug", name=op.f("uq_rewards_slug")),
    )
    with op.batch_alter_table("rewards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rewards_category_id"), ["category_id"], unique=False)
        batch_op.create_index("ix_rewards_shelf", ["status", "category_id", "position", "id"], unique=False)

    op.create_table(
        "sign_in_secrets",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("email_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("expires_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("used_at", app.core.types.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('code', 'reset')", name=op.f("ck_sign_in_secrets_kind_known")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sign_in_secrets_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_secrets")),
    )
    with op.batch_alter_table("sign_in_secrets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_secrets_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sign_in_secrets_kind_sign_in_secrets_email_digest"),
            ["kind", "email_digest"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_sign_in_secrets_secret_digest"), ["secret_digest"], unique=False)

    op.create_table(
        "supply_links",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("distributor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reseller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_on", app.core.types.LocalDate(), nullable=False),
        sa.Column("ended_on", app.core.types.LocalDate(), nullable=True),
        sa.CheckConstraint("distributor_id <> reseller_id", name=op.f("ck_supply_links_two_parties")),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_supply_links_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["distributor_id"],
            ["organisations.id"],
            name=op.f("fk_supply_links_distributor_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["reseller_id"], ["organisations.id"], name=op.f("fk_supply_links_reseller_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_links")),
        sa.UniqueConstraint(
            "distributor_id",
            "reseller_id",
            "started_on",
            name=op.f("uq_supply_links_distributor_id_reseller_id_started_on"),
        ),
    )
    with op.batch_alter_table("supply_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supply_links_reseller_id"), ["reseller_id"], unique=False)

    op.create_table(
        "user_sessions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("seen_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_user_sessions_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_user_sessions_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_user_sessions_token_digest")),
    )
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_sessions_person_id_user_sessions_ended_at"),
            ["person_id", "ended_at"],
            unique=False,
        )

    op.create_table(
        "activities",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_country", sa.Text(), nullable=False),
        sa.Column("organisation_kind", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("occurred_on", app.core.types.LocalDate(), nullable=False),
        sa.Column("occurred_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("family_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("attributes", app.core.types.JSONText(), nullable=True),
        sa.Column("ruleset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("voided_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("voided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('deal_won', 'sale')", name=op.f("ck_activities_kind_known")),
        sa.CheckConstraint(
            "(amount_minor IS NULL) = (currency IS NULL)", name=op.f("ck_activities_amount_has_currency")
        ),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_activities_void_has_reason")
        ),
        sa.CheckConstraint(
            "amount_minor IS NULL OR amount_minor BETWEEN 0 AND 1000000000000000",
            name=op.f("ck_activities_amount_range"),
        ),
        sa.CheckConstraint(
            "quantity IS NULL OR quantity BETWEEN 0 AND 1000000000", name=op.f("ck_activities_quantity_range")
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_activities_revision_positive")),
        sa.ForeignKeyConstraint(
            ["family_id"], ["product_families.id"], name=op.f("fk_activities_family_id_product_families")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["people.id"], name=op.f("fk_activities_member_id_people")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_activities_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_activities_product_id_products")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by_id"], ["people.id"], name=op.f("fk_activities_voided_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("public_id", name=op.f("uq_activities_public_id")),
        sa.UniqueConstraint(
            "source",
            "kind",
            "source_ref",
            "revision",
            name=op.f("uq_activities_source_kind_source_ref_revision"),
        ),
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_activities_member_id_activities_occurred_on_activities_id"),
            ["member_id", "occurred_on", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_activities_organisation_id_activities_occurred_on_activities_id"),
            ["organisation_id", "occurred_on", "id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_activities_in_force",
            ["source", "kind", "source_ref"],
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )

    op.create_table(
        "audit_details",
        sa.Column(
            "event_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("before", app.core.types.JSONText(), nullable=True),
        sa.Column("after", app.core.types.JSONText(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_events.id"], name=op.f("fk_audit_details_event_id_audit_events")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_details")),
    )
    op.create_table(
        "deal_comments",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_deal_comments_author_id_people")),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_comments_deal_id_deals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_comments")),
    )
    with op.batch_alter_table("deal_comments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deal_comments_deal_id_deal_comments_id"), ["deal_id", "id"], unique=False
        )

    op.create_table(
        "deal_events",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("data", app.core.types.JSONText(), nullable=True),
        sa.Column("undoes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("occurred_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'undone') = (undoes_id IS NOT NULL)", name=op.f("ck_deal_events_undone_names_event")
        ),
        sa.CheckConstraint(
            "kind IN ('submitted', 'edited', 'revised', 'asked', 'answered', 'approved', 'rejected', 'undone', 'withdrawn', 'won', 'lost', 'expired')",
            name=op.f("ck_deal_events_kind_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_deal_events_actor_id_people")),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_events_deal_id_deals")),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["deal_events.id"], name=op.f("fk_deal_events_undoes_id_deal_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_events")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_deal_events_undoes_id")),
    )
    with op.batch_alter_table("deal_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deal_events_deal_id_deal_events_id"), ["deal_id", "id"], unique=False
        )

    op.create_table(
        "deal_files",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_deal_files_author_id_people")),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_files_deal_id_deals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deal_files_public_id")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_deal_files_storage_key")),
    )
    with op.batch_alter_table("deal_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deal_files_deal_id_deal_files_id"), ["deal_id", "id"], unique=False
        )

    op.create_table(
        "deal_grams",
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gram", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_grams_deal_id_deals")),
        sa.PrimaryKeyConstraint("deal_id", "gram", name=op.f("pk_deal_grams")),
    )
    with op.batch_alter_table("deal_grams", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deal_grams_country_deal_grams_gram_deal_grams_size"),
            ["country", "gram", "size"],
            unique=False,
        )

    op.create_table(
        "deal_lines",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("value_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "value_minor IS NULL OR value_minor <= 1000000000000000", name=op.f("ck_deal_lines_value_bounded")
        ),
        sa.CheckConstraint(
            "value_minor IS NULL OR value_minor > 0", name=op.f("ck_deal_lines_value_positive")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_lines_deal_id_deals")),
        sa.ForeignKeyConstraint(
            ["family_id"], ["product_families.id"], name=op.f("fk_deal_lines_family_id_product_families")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_lines")),
        sa.UniqueConstraint("deal_id", "position", name=op.f("uq_deal_lines_deal_id_position")),
    )
    with op.batch_alter_table("deal_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_lines_family_id"), ["family_id"], unique=False)

    op.create_table(
        "deal_matches",
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rival_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score_bps", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('domain', 'registration', 'name', 'near')", name=op.f("ck_deal_matches_kind_known")
        ),
        sa.CheckConstraint("deal_id <> rival_id", name=op.f("ck_deal_matches_two_deals")),
        sa.CheckConstraint("score_bps BETWEEN 0 AND 10000", name=op.f("ck_deal_matches_score_share")),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_matches_deal_id_deals")),
        sa.ForeignKeyConstraint(["rival_id"], ["deals.id"], name=op.f("fk_deal_matches_rival_id_deals")),
        sa.PrimaryKeyConstraint("deal_id", "rival_id", name=op.f("pk_deal_matches")),
    )
    with op.batch_alter_table("deal_matches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_matches_rival_id"), ["rival_id"], unique=False)

    op.create_table(
        "denominations",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("reward_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("face_value_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", app.core.types.JSONText(), nullable=True),
        sa.Column("is_featured", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "cost_minor >= 0 AND cost_minor <= 1000000000000000", name=op.f("ck_denominations_cost_range")
        ),
        sa.CheckConstraint(
            "face_value_minor > 0 AND face_value_minor <= 1000000000000000",
            name=op.f("ck_denominations_face_range"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_denominations_currency_iso")),
        sa.CheckConstraint(
            "points > 0 AND points <= 1000000000000000", name=op.f("ck_denominations_points_range")
        ),
        sa.ForeignKeyConstraint(
            ["reward_id"], ["rewards.id"], name=op.f("fk_denominations_reward_id_rewards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denominations")),
        sa.UniqueConstraint(
            "reward_id",
            "currency",
            "face_value_minor",
            name=op.f("uq_denominations_reward_id_currency_face_value_minor"),
        ),
    )
    with op.batch_alter_table("denominations", schema=None) as batch_op:
        batch_op.create_index(
            "uq_denominations_featured",
            ["reward_id"],
            unique=True,
            sqlite_where=sa.text("is_featured"),
            postgresql_where=sa.text("is_featured"),
        )

    op.create_table(
        "import_parked_lines",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("sold_on", app.core.types.LocalDate(), nullable=False),
        sa.Column("content", app.core.types.JSONText(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("replayed_at", app.core.types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_import_parked_lines_batch_id_import_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_parked_lines")),
        sa.UniqueConstraint(
            "source", "document", "line", name=op.f("uq_import_parked_lines_source_document_line")
        ),
    )
    with op.batch_alter_table("import_parked_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_parked_lines_source_import_parked_lines_source_ref"),
            ["source", "source_ref"],
            unique=False,
        )
        batch_op.create_index(
            "ix_import_parked_lines_waiting",
            ["source", "reason", "wanted"],
            unique=False,
            sqlite_where=sa.text("replayed_at IS NULL"),
            postgresql_where=sa.text("replayed_at IS NULL"),
        )

    op.create_table(
        "import_shares",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recent_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_import_shares_batch_id_import_batches")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_import_shares_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "organisation_id", name=op.f("pk_import_shares")),
    )
    op.create_table(
        "order_complaints",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", app.core.types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_order_complaints_answered_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_complaints_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_order_complaints_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_complaints")),
    )
    with op.batch_alter_table("order_complaints", schema=None) as batch_op:
        batch_op.create_index(
            "ix_order_complaints_open",
            ["id"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_order_complaints_order_id_order_complaints_id"), ["order_id", "id"], unique=False
        )

    op.create_table(
        "program_budgets",
        sa.Column(
            "program_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("budget_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("spent_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "spent_points >= 0 AND spent_points <= budget_points",
            name=op.f("ck_program_budgets_within_budget"),
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_program_budgets_program_id_programs")
        ),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_program_budgets")),
    )
    op.create_table(
        "program_uses",
        sa.Column(
            "program_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("reward_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payee_kind", sa.Text(), nullable=False),
        sa.Column(
            "payee_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "payee_kind IN ('member', 'organisation')", name=op.f("ck_program_uses_payee_kind_known")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_program_uses_points_range")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_program_uses_program_id_programs")
        ),
        sa.PrimaryKeyConstraint(
            "program_id", "rule_key", "reward_no", "payee_kind", "payee_id", name=op.f("pk_program_uses")
        ),
    )
    with op.batch_alter_table("program_uses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_program_uses_payee_kind_program_uses_payee_id"),
            ["payee_kind", "payee_id"],
            unique=False,
        )

    op.create_table(
        "program_versions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("program_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("applies_from", app.core.types.LocalDate(), nullable=True),
        sa.Column("definition", app.core.types.JSONText(), nullable=False),
        sa.Column("budget_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("editor_ids", app.core.types.JSONText(), nullable=False),
        sa.Column("sent_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("published_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", app.core.types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'published') = (serial IS NOT NULL)",
            name=op.f("ck_program_versions_published_is_numbered"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'waiting', 'published')", name=op.f("ck_program_versions_state_known")
        ),
        sa.CheckConstraint(
            "budget_points IS NULL OR budget_points > 0", name=op.f("ck_program_versions_budget_positive")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_program_versions_made_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_program_versions_program_id_programs")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["people.id"], name=op.f("fk_program_versions_published_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_versions")),
        sa.UniqueConstraint("program_id", "number", name=op.f("uq_program_versions_program_id_number")),
    )
    with op.batch_alter_table("program_versions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_program_versions_open",
            ["program_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'published'"),
            postgresql_where=sa.text("state <> 'published'"),
        )

    op.create_table(
        "reward_countries",
        sa.Column("reward_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reward_id"], ["rewards.id"], name=op.f("fk_reward_countries_reward_id_rewards")
        ),
        sa.PrimaryKeyConstraint("reward_id", "country", name=op.f("pk_reward_countries")),
    )
    op.create_table(
        "order_lines",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reward_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("denomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("face_value_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cost_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 20", name=op.f("ck_order_lines_quantity_range")),
        sa.CheckConstraint("unit_points > 0", name=op.f("ck_order_lines_unit_points_positive")),
        sa.ForeignKeyConstraint(
            ["denomination_id"],
            ["denominations.id"],
            name=op.f("fk_order_lines_denomination_id_denominations"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id_orders")),
        sa.ForeignKeyConstraint(["reward_id"], ["rewards.id"], name=op.f("fk_order_lines_reward_id_rewards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
    )
    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_order_lines_denomination_id_order_lines_id"),
            ["denomination_id", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_order_lines_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_lines_reward_id"), ["reward_id"], unique=False)

    op.create_table(
        "parked_facts",
        sa.Column(
            "activity_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "program_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("from_currency", sa.Text(), nullable=False),
        sa.Column("to_currency", sa.Text(), nullable=False),
        sa.Column("parked_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("resolved_at", app.core.types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_parked_facts_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_parked_facts_program_id_programs")
        ),
        sa.PrimaryKeyConstraint("activity_id", "program_id", "rule_key", name=op.f("pk_parked_facts")),
    )
    with op.batch_alter_table("parked_facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parked_facts_resolved_at"), ["resolved_at"], unique=False)

    op.create_table(
        "postings",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("occurred_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("program_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rule_key", sa.Text(), nullable=True),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reverses_posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('award', 'redemption', 'refund', 'clawback', 'collection', 'release', 'expiry', 'adjustment', 'share', 'reversal')",
            name=op.f("ck_postings_kind_known"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('refund', 'clawback', 'reversal') OR reverses_posting_id IS NOT NULL",
            name=op.f("ck_postings_reversal_names_posting"),
        ),
        sa.CheckConstraint("checker_id <> actor_id", name=op.f("ck_postings_checker_is_another")),
        sa.CheckConstraint("length(idempotency_key) BETWEEN 1 AND 300", name=op.f("ck_postings_key_length")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_postings_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_postings_actor_id_people")),
        sa.ForeignKeyConstraint(["checker_id"], ["people.id"], name=op.f("fk_postings_checker_id_people")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_postings_order_id_orders")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_postings_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["program_version_id"],
            ["program_versions.id"],
            name=op.f("fk_postings_program_version_id_program_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["reverses_posting_id"], ["postings.id"], name=op.f("fk_postings_reverses_posting_id_postings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_postings_idempotency_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_postings_public_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("postings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_postings_activity_id",
            ["activity_id"],
            unique=False,
            sqlite_where=sa.text("activity_id IS NOT NULL"),
            postgresql_where=sa.text("activity_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_postings_order_payment",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'redemption' AND order_id IS NOT NULL"),
            postgresql_where=sa.text("kind = 'redemption' AND order_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_postings_reverses_posting_id",
            ["reverses_posting_id"],
            unique=True,
            sqlite_where=sa.text("reverses_posting_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_posting_id IS NOT NULL"),
        )

    op.create_table(
        "sale_lines",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sold_on", app.core.types.LocalDate(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reported_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("credits_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("credited_quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credited_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sell_in', 'sell_through', 'sell_out')", name=op.f("ck_sale_lines_kind_known")
        ),
        sa.CheckConstraint(
            "(credits_id IS NULL AND amount_minor >= 0 AND quantity >= 0) OR (credits_id IS NOT NULL AND amount_minor <= 0 AND quantity <= 0)",
            name=op.f("ck_sale_lines_credit_is_negative"),
        ),
        sa.CheckConstraint(
            "amount_minor BETWEEN -1000000000000000 AND 1000000000000000",
            name=op.f("ck_sale_lines_amount_range"),
        ),
        sa.CheckConstraint(
            "credited_minor <= 0 AND amount_minor + credited_minor >= 0 OR credits_id IS NOT NULL",
            name=op.f("ck_sale_lines_credit_fits"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_sale_lines_currency_iso")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_sale_lines_revision_positive")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_sale_lines_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_sale_lines_batch_id_import_batches")
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["organisations.id"], name=op.f("fk_sale_lines_buyer_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["credits_id"], ["sale_lines.id"], name=op.f("fk_sale_lines_credits_id_sale_lines")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_sale_lines_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_sale_lines_product_id_products")
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["organisations.id"], name=op.f("fk_sale_lines_reported_by_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["organisations.id"], name=op.f("fk_sale_lines_seller_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_lines")),
        sa.UniqueConstraint("source", "document", "line", name=op.f("uq_sale_lines_source_document_line")),
    )
    with op.batch_alter_table("sale_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sale_lines_organisation_id_sale_lines_sold_on_sale_lines_id"),
            ["organisation_id", "sold_on", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sale_lines_reported_by",
            ["reported_by_id", "sold_on"],
            unique=False,
            sqlite_where=sa.text("reported_by_id IS NOT NULL"),
            postgresql_where=sa.text("reported_by_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_sale_lines_sold_on_sale_lines_id"), ["sold_on", "id"], unique=False
        )

    op.create_table(
        "stock_imports",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("reward_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("denomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("added_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_lines", app.core.types.JSONText(), nullable=False),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["denomination_id"],
            ["denominations.id"],
            name=op.f("fk_stock_imports_denomination_id_denominations"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_stock_imports_person_id_people")),
        sa.ForeignKeyConstraint(
            ["reward_id"], ["rewards.id"], name=op.f("fk_stock_imports_reward_id_rewards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stock_imports_public_id")),
    )
    with op.batch_alter_table("stock_imports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stock_imports_reward_id_stock_imports_id"), ["reward_id", "id"], unique=False
        )

    op.create_table(
        "program_awards",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("program_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("reward_no", sa.Integer(), nullable=False),
        sa.Column("payee_kind", sa.Text(), nullable=False),
        sa.Column("payee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gross_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("calculation", app.core.types.JSONText(), nullable=False),
        sa.Column("held_until", app.core.types.LocalDate(), nullable=True),
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reverses_award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "payee_kind IN ('member', 'organisation')", name=op.f("ck_program_awards_payee_kind_known")
        ),
        sa.CheckConstraint(
            "(points = 0) = (posting_id IS NULL)", name=op.f("ck_program_awards_posting_for_points")
        ),
        sa.CheckConstraint(
            "(reverses_award_id IS NULL) = (points >= 0 AND gross_points > 0)",
            name=op.f("ck_program_awards_sign"),
        ),
        sa.CheckConstraint(
            "abs(points) <= abs(gross_points)", name=op.f("ck_program_awards_not_more_than_owed")
        ),
        sa.CheckConstraint("used_points >= 0", name=op.f("ck_program_awards_used_range")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_program_awards_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_program_awards_posting_id_postings")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_award_id"],
            ["program_awards.id"],
            name=op.f("fk_program_awards_reverses_award_id_program_awards"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["program_versions.id"],
            name=op.f("fk_program_awards_version_id_program_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_awards")),
    )
    with op.batch_alter_table("program_awards", schema=None) as batch_op:
        batch_op.create_index(
            "ix_program_awards_held",
            ["payee_kind", "payee_id", "held_until"],
            unique=False,
            sqlite_where=sa.text("held_until IS NOT NULL"),
            postgresql_where=sa.text("held_until IS NOT NULL"),
        )
        batch_op.create_index("ix_program_awards_posting", ["posting_id"], unique=False)
        batch_op.create_index(
            "uq_program_awards_once",
            ["activity_id", "program_id", "rule_key", "reward_no", "payee_kind", "payee_id"],
            unique=True,
            sqlite_where=sa.text("reverses_award_id IS NULL"),
            postgresql_where=sa.text("reverses_award_id IS NULL"),
        )
        batch_op.create_index(
            "uq_program_awards_reverses",
            ["reverses_award_id"],
            unique=True,
            sqlite_where=sa.text("reverses_award_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_award_id IS NOT NULL"),
        )

    op.create_table(
        "transfers",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "amount > 0 AND amount <= 1000000000000000", name=op.f("ck_transfers_amount_range")
        ),
        sa.CheckConstraint("from_account_id <> to_account_id", name=op.f("ck_transfers_two_accounts")),
        sa.CheckConstraint("from_balance >= 0", name=op.f("ck_transfers_from_balance_range")),
        sa.CheckConstraint("to_balance >= 0", name=op.f("ck_transfers_to_balance_range")),
        sa.ForeignKeyConstraint(
            ["from_account_id"], ["accounts.id"], name=op.f("fk_transfers_from_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_transfers_posting_id_postings")
        ),
        sa.ForeignKeyConstraint(
            ["to_account_id"], ["accounts.id"], name=op.f("fk_transfers_to_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_transfers_from_account_id",
            ["from_account_id", "id"],
            unique=False,
            sqlite_where=sa.text("from_balance IS NOT NULL"),
            postgresql_where=sa.text("from_balance IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_transfers_posting_id"), ["posting_id"], unique=False)
        batch_op.create_index(
            "ix_transfers_to_account_id",
            ["to_account_id", "id"],
            unique=False,
            sqlite_where=sa.text("to_balance IS NOT NULL"),
            postgresql_where=sa.text("to_balance IS NOT NULL"),
        )

    op.create_table(
        "voucher_codes",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("reward_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("denomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.Text(), nullable=False),
        sa.Column("expires_on", app.core.types.LocalDate(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'allotted') = (order_line_id IS NOT NULL)",
            name=op.f("ck_voucher_codes_allotted_has_line"),
        ),
        sa.CheckConstraint(
            "state IN ('available', 'allotted', 'withdrawn')", name=op.f("ck_voucher_codes_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["denomination_id"],
            ["denominations.id"],
            name=op.f("fk_voucher_codes_denomination_id_denominations"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_voucher_codes_order_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(
            ["reward_id"], ["rewards.id"], name=op.f("fk_voucher_codes_reward_id_rewards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_codes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_voucher_codes_public_id")),
        sa.UniqueConstraint("reward_id", "code_digest", name=op.f("uq_voucher_codes_reward_id_code_digest")),
    )
    with op.batch_alter_table("voucher_codes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_voucher_codes_available",
            ["denomination_id", "expires_on", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'available'"),
            postgresql_where=sa.text("state = 'available'"),
        )
        batch_op.create_index(
            "ix_voucher_codes_order_line",
            ["order_line_id"],
            unique=False,
            sqlite_where=sa.text("order_line_id IS NOT NULL"),
            postgresql_where=sa.text("order_line_id IS NOT NULL"),
        )

    op.create_table(
        "lots",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("origin_posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("remaining", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_on", app.core.types.LocalDate(), nullable=False),
        sa.Column("releases_on", app.core.types.LocalDate(), nullable=True),
        sa.CheckConstraint("amount > 0 AND amount <= 1000000000000000", name=op.f("ck_lots_amount_range")),
        sa.CheckConstraint("remaining >= 0 AND remaining <= amount", name=op.f("ck_lots_remaining_range")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_lots_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["origin_posting_id"], ["postings.id"], name=op.f("fk_lots_origin_posting_id_postings")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_lots_transfer_id_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("lots", schema=None) as batch_op:
        batch_op.create_index(
            "ix_lots_held",
            ["releases_on"],
            unique=False,
            sqlite_where=sa.text("remaining > 0 AND releases_on IS NOT NULL"),
            postgresql_where=sa.text("remaining > 0 AND releases_on IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_lots_open",
            ["account_id", "expires_on", "id"],
            unique=False,
            sqlite_where=sa.text("remaining > 0"),
            postgresql_where=sa.text("remaining > 0"),
        )
        batch_op.create_index(batch_op.f("ix_lots_origin_posting_id"), ["origin_posting_id"], unique=False)

    op.create_table(
        "lot_movements",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delta", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("delta <> 0", name=op.f("ck_lot_movements_delta_not_zero")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_lot_movements_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_lot_movements_transfer_id_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_movements")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("lot_movements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_movements_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lot_movements_transfer_id"), ["transfer_id"], unique=False)

    op.create_table(
        "adjustments",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", app.core.types.UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", app.core.types.UTCDateTime(), nullable=True),
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved') = (posting_id IS NOT NULL)",
            name=op.f("ck_adjustments_approved_has_posting"),
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_by_id IS NULL)", name=op.f("ck_adjustments_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "owner_kind IN ('member', 'organisation', 'contact', 'code', 'fund', 'house')",
            name=op.f("ck_adjustments_owner_kind_known"),
        ),
        sa.CheckConstraint("points <> 0", name=op.f("ck_adjustments_points_not_zero")),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_by_id <> made_by_id",
            name=op.f("ck_adjustments_checker_is_another"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'declined')", name=op.f("ck_adjustments_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_adjustments_decided_by_id_people")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name=op.f("fk_adjustments_made_by_id_people")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_adjustments_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_adjustments_posting_id_postings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("posting_id", name=op.f("uq_adjustments_posting_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_adjustments_public_id")),
    )
    with op.batch_alter_table("adjustments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_adjustments_state_adjustments_id"), ["state", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("adjustments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adjustments_state_adjustments_id"))

    op.drop_table("adjustments")
    with op.batch_alter_table("lot_movements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_movements_transfer_id"))
        batch_op.drop_index(batch_op.f("ix_lot_movements_lot_id"))

    op.drop_table("lot_movements")
    with op.batch_alter_table("lots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lots_origin_posting_id"))
        batch_op.drop_index(
            "ix_lots_open", sqlite_where=sa.text("remaining > 0"), postgresql_where=sa.text("remaining > 0")
        )
        batch_op.drop_index(
            "ix_lots_held",
            sqlite_where=sa.text("remaining > 0 AND releases_on IS NOT NULL"),
            postgresql_where=sa.text("remaining > 0 AND releases_on IS NOT NULL"),
        )

    op.drop_table("lots")
    with op.batch_alter_table("voucher_codes", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_voucher_codes_order_line",
            sqlite_where=sa.text("order_line_id IS NOT NULL"),
            postgresql_where=sa.text("order_line_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_voucher_codes_available",
            sqlite_where=sa.text("state = 'available'"),
            postgresql_where=sa.text("state = 'available'"),
        )

    op.drop_table("voucher_codes")
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_transfers_to_account_id",
            sqlite_where=sa.text("to_balance IS NOT NULL"),
            postgresql_where=sa.text("to_balance IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_transfers_posting_id"))
        batch_op.drop_index(
            "ix_transfers_from_account_id",
            sqlite_where=sa.text("from_balance IS NOT NULL"),
            postgresql_where=sa.text("from_balance IS NOT NULL"),
        )

    op.drop_table("transfers")
    with op.batch_alter_table("program_awards", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_program_awards_reverses",
            sqlite_where=sa.text("reverses_award_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_award_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_program_awards_once",
            sqlite_where=sa.text("reverses_award_id IS NULL"),
            postgresql_where=sa.text("reverses_award_id IS NULL"),
        )
        batch_op.drop_index("ix_program_awards_posting")
        batch_op.drop_index(
            "ix_program_awards_held",
            sqlite_where=sa.text("held_until IS NOT NULL"),
            postgresql_where=sa.text("held_until IS NOT NULL"),
        )

    op.drop_table("program_awards")
    with op.batch_alter_table("stock_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_imports_reward_id_stock_imports_id"))

    op.drop_table("stock_imports")
    with op.batch_alter_table("sale_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sale_lines_sold_on_sale_lines_id"))
        batch_op.drop_index(
            "ix_sale_lines_reported_by",
            sqlite_where=sa.text("reported_by_id IS NOT NULL"),
            postgresql_where=sa.text("reported_by_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_sale_lines_organisation_id_sale_lines_sold_on_sale_lines_id"))

    op.drop_table("sale_lines")
    with op.batch_alter_table("postings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_postings_reverses_posting_id",
            sqlite_where=sa.text("reverses_posting_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_posting_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_postings_order_payment",
            sqlite_where=sa.text("kind = 'redemption' AND order_id IS NOT NULL"),
            postgresql_where=sa.text("kind = 'redemption' AND order_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_postings_activity_id",
            sqlite_where=sa.text("activity_id IS NOT NULL"),
            postgresql_where=sa.text("activity_id IS NOT NULL"),
        )

    op.drop_table("postings")
    with op.batch_alter_table("parked_facts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_parked_facts_resolved_at"))

    op.drop_table("parked_facts")
    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_lines_reward_id"))
        batch_op.drop_index(batch_op.f("ix_order_lines_order_id"))
        batch_op.drop_index(batch_op.f("ix_order_lines_denomination_id_order_lines_id"))

    op.drop_table("order_lines")
    op.drop_table("reward_countries")
    with op.batch_alter_table("program_versions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_program_versions_open",
            sqlite_where=sa.text("state <> 'published'"),
            postgresql_where=sa.text("state <> 'published'"),
        )

    op.drop_table("program_versions")
    with op.batch_alter_table("program_uses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_program_uses_payee_kind_program_uses_payee_id"))

    op.drop_table("program_uses")
    op.drop_table("program_budgets")
    with op.batch_alter_table("order_complaints", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_complaints_order_id_order_complaints_id"))
        batch_op.drop_index(
            "ix_order_complaints_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.drop_table("order_complaints")
    op.drop_table("import_shares")
    with op.batch_alter_table("import_parked_lines", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_import_parked_lines_waiting",
            sqlite_where=sa.text("replayed_at IS NULL"),
            postgresql_where=sa.text("replayed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_import_parked_lines_source_import_parked_lines_source_ref"))

    op.drop_table("import_parked_lines")
    with op.batch_alter_table("denominations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_denominations_featured",
            sqlite_where=sa.text("is_featured"),
            postgresql_where=sa.text("is_featured"),
        )

    op.drop_table("denominations")
    with op.batch_alter_table("deal_matches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_matches_rival_id"))

    op.drop_table("deal_matches")
    with op.batch_alter_table("deal_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_lines_family_id"))

    op.drop_table("deal_lines")
    with op.batch_alter_table("deal_grams", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_grams_country_deal_grams_gram_deal_grams_size"))

    op.drop_table("deal_grams")
    with op.batch_alter_table("deal_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_files_deal_id_deal_files_id"))

    op.drop_table("deal_files")
    with op.batch_alter_table("deal_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_events_deal_id_deal_events_id"))

    op.drop_table("deal_events")
    with op.batch_alter_table("deal_comments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_comments_deal_id_deal_comments_id"))

    op.drop_table("deal_comments")
    op.drop_table("audit_details")
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_activities_in_force",
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_activities_organisation_id_activities_occurred_on_activities_id"))
        batch_op.drop_index(batch_op.f("ix_activities_member_id_activities_occurred_on_activities_id"))

    op.drop_table("activities")
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_sessions_person_id_user_sessions_ended_at"))

    op.drop_table("user_sessions")
    with op.batch_alter_table("supply_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supply_links_reseller_id"))

    op.drop_table("supply_links")
    with op.batch_alter_table("sign_in_secrets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_secrets_secret_digest"))
        batch_op.drop_index(batch_op.f("ix_sign_in_secrets_kind_sign_in_secrets_email_digest"))
        batch_op.drop_index(batch_op.f("ix_sign_in_secrets_expires_at"))

    op.drop_table("sign_in_secrets")
    with op.batch_alter_table("rewards", schema=None) as batch_op:
        batch_op.drop_index("ix_rewards_shelf")
        batch_op.drop_index(batch_op.f("ix_rewards_category_id"))

    op.drop_table("rewards")
    op.drop_table("programs")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_products_name_products_id"))
        batch_op.drop_index(batch_op.f("ix_products_family_id"))

    op.drop_table("products")
    with op.batch_alter_table("organisation_managers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_managers_person_id"))

    op.drop_table("organisation_managers")
    with op.batch_alter_table("organisation_families", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_families_family_id"))

    op.drop_table("organisation_families")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_orders_state_orders_id"))
        batch_op.drop_index(batch_op.f("ix_orders_person_id_orders_id"))
        batch_op.drop_index(batch_op.f("ix_orders_organisation_id_orders_id"))

    op.drop_table("orders")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_memberships_open_person",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_memberships_person_id"))
        batch_op.drop_index(batch_op.f("ix_memberships_organisation_id_memberships_person_id"))

    op.drop_table("memberships")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mails_created_at"))

    op.drop_table("mails")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invitations_open_email",
            sqlite_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_invitations_organisation_id"))

    op.drop_table("invitations")
    op.drop_table("import_mappings")
    with op.batch_alter_table("import_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_batches_source_import_batches_sha256"))
        batch_op.drop_index(batch_op.f("ix_import_batches_created_at_import_batches_id"))

    op.drop_table("import_batches")
    op.drop_table("idempotent_forms")
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deals_registration_key_deals_customer_country"))
        batch_op.drop_index(
            "ix_deals_queue",
            sqlite_where=sa.text("state IN ('submitted', 'in_review')"),
            postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
        )
        batch_op.drop_index(
            "ix_deals_protected",
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )
        batch_op.drop_index(batch_op.f("ix_deals_organisation_id_deals_id"))
        batch_op.drop_index(batch_op.f("ix_deals_name_key_deals_customer_country"))
        batch_op.drop_index(batch_op.f("ix_deals_member_id_deals_id"))
        batch_op.drop_index(batch_op.f("ix_deals_domain_key"))

    op.drop_table("deals")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_events_subject")
        batch_op.drop_index("ix_audit_events_occurred_at")

    op.drop_table("audit_events")
    op.drop_table("reward_categories")
    op.drop_table("rate_counters")
    op.drop_table("program_state")
    op.drop_table("product_families")
    op.drop_table("point_values")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_name_people_id"))

    op.drop_table("people")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_parent_id"))
        batch_op.drop_index(batch_op.f("ix_organisations_name_organisations_id"))

    op.drop_table("organisations")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_due")

    op.drop_table("jobs")
    with op.batch_alter_table("external_ids", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_external_ids_kind_external_ids_target_id"))

    op.drop_table("external_ids")
    op.drop_table("exchange_rates")
    op.drop_table("accounts")
