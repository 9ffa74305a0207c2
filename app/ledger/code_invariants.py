"""What may never be false of gift codes: no code gives more than its face, and each point on one is accounted for."""

from __future__ import annotations

from app.ledger.rules import Invariant

_MOVED = """
    SELECT c.id AS code_id, c.batch_id, b.points AS face, a.balance,
      coalesce(sum(CASE WHEN p.kind = 'code_issue' THEN t.amount END), 0) AS issued,
      coalesce(sum(CASE WHEN p.kind = 'code_issue' THEN 1 END), 0) AS times,
      coalesce(sum(CASE WHEN t.from_account_id = a.id AND p.kind IN ('redemption', 'code_claim') THEN t.amount
        WHEN t.to_account_id = a.id AND p.kind = 'refund' THEN -t.amount END), 0) AS used,
      coalesce(sum(CASE WHEN p.kind = 'code_void' THEN t.amount END), 0) AS voided,
      coalesce(sum(CASE WHEN p.kind = 'code_expiry' THEN t.amount END), 0) AS expired,
      coalesce(sum(CASE WHEN p.kind NOT IN ('code_issue', 'code_void', 'code_expiry', 'redemption', 'code_claim',
        'refund') THEN 1 END), 0) AS strange
    FROM gift_codes c JOIN gift_code_batches b ON b.id = c.batch_id
    JOIN accounts a ON a.owner_kind = 'code' AND a.owner_id = c.id AND a.kind = 'code'
    JOIN (SELECT id, posting_id, from_account_id, to_account_id, amount, from_account_id AS account_id FROM transfers
        WHERE from_balance IS NOT NULL
      UNION ALL SELECT id, posting_id, from_account_id, to_account_id, amount, to_account_id FROM transfers
        WHERE to_balance IS NOT NULL) t ON t.account_id = a.id
    JOIN postings p ON p.id = t.posting_id
    GROUP BY c.id, c.batch_id, b.points, a.balance
"""

GIFT_CODES = (
    Invariant(
        "code_gives_at_most_its_face",
        "What was used of a gift code is never more than its face value.",
        f"SELECT code_id, face, used FROM ({_MOVED}) m WHERE used > face OR used < 0",
    ),
    Invariant(
        "code_balance_is_what_is_left",
        "A gift code holds its face value without what was used, voided and expired, and was issued once.",
        f"""SELECT code_id, balance, face FROM ({_MOVED}) m
        WHERE balance <> face - used - voided - expired OR issued <> face OR times <> 1 OR strange > 0""",
    ),
    Invariant(
        "batch_adds_up_its_codes",
        "A batch's counters are the sums of its codes; its codes have accounts exactly when it was issued.",
        f"""SELECT b.id, b.state FROM gift_code_batches b
        LEFT JOIN (SELECT batch_id, count(*) AS codes, sum(used) AS used, sum(voided) AS voided, sum(expired) AS expired
          FROM ({_MOVED}) m GROUP BY batch_id) s ON s.batch_id = b.id
        WHERE coalesce(s.used, 0) <> b.used_points OR coalesce(s.voided, 0) <> b.voided_points
        OR coalesce(s.expired, 0) <> b.expired_points
        OR coalesce(s.codes, 0) <> CASE WHEN b.posting_id IS NULL THEN 0 ELSE b.code_count END
        OR b.code_count <> (SELECT count(*) FROM gift_codes c WHERE c.batch_id = b.id)""",
    ),
    Invariant(
        "code_account_has_a_code",
        "Every account of a gift code belongs to a code that was made.",
        """SELECT a.id FROM accounts a WHERE a.owner_kind = 'code'
        AND (a.kind <> 'code' OR NOT EXISTS (SELECT 1 FROM gift_codes c WHERE c.id = a.owner_id))""",
    ),
    Invariant(
        "large_batch_was_checked",
        "A batch above the limit was approved by somebody else than who made it.",
        """SELECT id FROM gift_code_batches WHERE posting_id IS NOT NULL AND needs_checker
        AND (decided_by_id IS NULL OR decided_by_id = made_by_id)""",
    ),
    Invariant(
        "campaign_within_its_budget",
        "What a campaign has committed is what its batches can still give or gave, and is inside its budget.",
        """SELECT g.id, g.committed_points FROM gift_campaigns g
        LEFT JOIN gift_code_batches b ON b.campaign_id = g.id AND b.state <> 'declined'
        GROUP BY g.id, g.committed_points, g.budget_points
        HAVING g.committed_points > g.budget_points OR g.committed_points
          <> coalesce(sum(b.points * b.code_count - b.voided_points - b.expired_points), 0)""",
    ),
)
