"""What may never be false of the ledger, each as a query that returns no rows.

The first group speaks of the ledger's own tables. The second compares them with what stands on them (activities,
programs, orders, vouchers); it names those tables and imports nothing from them.
"""

from __future__ import annotations

from app.ledger.code_invariants import GIFT_CODES
from app.ledger.rules import Invariant

_SIDES = """
    SELECT to_account_id AS account_id, id, amount AS change, to_balance AS after FROM transfers
    WHERE to_balance IS NOT NULL
    UNION ALL SELECT from_account_id, id, -amount, from_balance FROM transfers WHERE from_balance IS NOT NULL
"""
_TOTALS = """
    SELECT f.unit,
      sum(CASE WHEN f.kind = 'issued' THEN amount ELSE 0 END) AS issued,
      sum(CASE WHEN t.kind = 'issued' THEN amount ELSE 0 END) AS reversed,
      sum(CASE t.kind WHEN 'redeemed' THEN amount ELSE 0 END)
        - sum(CASE f.kind WHEN 'redeemed' THEN amount ELSE 0 END) AS redeemed,
      sum(CASE t.kind WHEN 'expired' THEN amount ELSE 0 END)
        - sum(CASE f.kind WHEN 'expired' THEN amount ELSE 0 END) AS expired,
      sum(CASE t.kind WHEN 'adjusted' THEN amount ELSE 0 END)
        - sum(CASE f.kind WHEN 'adjusted' THEN amount ELSE 0 END) AS adjusted
    FROM transfers JOIN accounts f ON f.id = from_account_id JOIN accounts t ON t.id = to_account_id
    WHERE f.kind <> 'clawback_due' AND t.kind <> 'clawback_due' GROUP BY f.unit
"""

LEDGER = (
    Invariant(
        "posting_moves_value",
        "Every posting has at least one transfer.",
        "SELECT id FROM postings p WHERE NOT EXISTS (SELECT 1 FROM transfers t WHERE t.posting_id = p.id)",
    ),
    Invariant(
        "balance_is_sum_of_transfers",
        "A balance is the sum of the account's transfers.",
        f"""SELECT a.id, a.balance, coalesce(sum(s.change), 0) AS moved FROM accounts a
        LEFT JOIN ({_SIDES}) s ON s.account_id = a.id WHERE a.balance IS NOT NULL
        GROUP BY a.id, a.balance HAVING a.balance <> coalesce(sum(s.change), 0)""",
    ),
    Invariant(
        "running_balances_chain",
        "Running balances follow one another without a gap.",
        f"""SELECT account_id, id FROM (SELECT s.*, lag(after, 1, CAST(0 AS BIGINT)) OVER
        (PARTITION BY account_id ORDER BY id) AS before FROM ({_SIDES}) s) AS chain WHERE before + change <> after""",
    ),
    Invariant(
        "running_balance_where_kept",
        "A transfer notes a running balance for each side that keeps one, and for no house account.",
        """SELECT t.id FROM transfers t JOIN accounts f ON f.id = t.from_account_id
        JOIN accounts a ON a.id = t.to_account_id
        WHERE (f.owner_kind = 'house') <> (t.from_balance IS NULL) OR (a.owner_kind = 'house') <> (t.to_balance IS NULL)
        OR f.unit <> a.unit""",
    ),
    Invariant(
        "nothing_is_negative",
        "No balance, running balance, lot or amount is below zero.",
        """SELECT 'account' AS what, id FROM accounts WHERE balance < 0
        UNION ALL SELECT 'transfer', id FROM transfers WHERE amount <= 0 OR from_balance < 0 OR to_balance < 0
        UNION ALL SELECT 'lot', id FROM lots WHERE remaining < 0 OR remaining > amount""",
    ),
    Invariant(
        "lots_make_up_the_balance",
        "What remains of the lots of a points account is its balance, and no other account has lots.",
        """SELECT a.id, a.balance, coalesce(sum(l.remaining), 0) AS in_lots FROM accounts a
        LEFT JOIN lots l ON l.account_id = a.id WHERE a.kind IN ('available', 'pending') OR l.id IS NOT NULL
        GROUP BY a.id, a.kind, a.balance
        HAVING coalesce(a.balance, -1) <> coalesce(sum(l.remaining), 0) OR a.kind NOT IN ('available', 'pending')""",
    ),
    Invariant(
        "lot_is_its_movements",
        "What remains of a lot is its amount and the sum of its movements.",
        """SELECT l.id, l.remaining FROM lots l LEFT JOIN lot_movements m ON m.lot_id = l.id
        GROUP BY l.id, l.amount, l.remaining HAVING l.remaining <> l.amount + coalesce(sum(m.delta), 0)""",
    ),
    Invariant(
        "transfer_leaves_from_lots",
        "A transfer from a points account takes exactly its amount from that account's lots.",
        """SELECT t.id, t.amount FROM transfers t JOIN accounts a ON a.id = t.from_account_id
        LEFT JOIN (SELECT m.transfer_id, l.account_id, -m.delta AS taken FROM lot_movements m
          JOIN lots l ON l.id = m.lot_id) m ON m.transfer_id = t.id AND m.account_id = t.from_account_id
        WHERE a.kind IN ('available', 'pending') GROUP BY t.id, t.amount HAVING t.amount <> coalesce(sum(m.taken), 0)""",
    ),
    Invariant(
        "transfer_arrives_in_lots",
        "A transfer to a points account puts exactly its amount into that account's lots.",
        """SELECT t.id, t.amount FROM transfers t JOIN accounts a ON a.id = t.to_account_id
        LEFT JOIN (SELECT transfer_id, account_id, amount AS given FROM lots
          UNION ALL SELECT m.transfer_id, l.account_id, m.delta FROM lot_movements m JOIN lots l ON l.id = m.lot_id) g
          ON g.transfer_id = t.id AND g.account_id = t.to_account_id
        WHERE a.kind IN ('available', 'pending') GROUP BY t.id, t.amount HAVING t.amount <> coalesce(sum(g.given), 0)""",
    ),
    Invariant(
        "held_lots_are_pending",
        "A lot waits for a day exactly while it is on a pending account.",
        """SELECT l.id FROM lots l JOIN accounts a ON a.id = l.account_id
        WHERE (a.kind = 'pending') <> (l.releases_on IS NOT NULL)""",
    ),
    Invariant(
        "reversed_at_most_once",
        "A posting is reversed at most once.",
        """SELECT reverses_posting_id, count(*) AS times FROM postings WHERE reverses_posting_id IS NOT NULL
        GROUP BY reverses_posting_id HAVING count(*) > 1""",
    ),
    Invariant(
        "reversal_is_the_opposite",
        "A reversal moves as much as the posting that it reverses, and is of the kind that fits it.",
        """SELECT r.id FROM postings r JOIN postings p ON p.id = r.reverses_posting_id
        WHERE (SELECT sum(amount) FROM transfers WHERE posting_id = r.id)
          <> (SELECT sum(amount) FROM transfers WHERE posting_id = p.id)
        OR NOT ((r.kind = 'refund' AND p.kind = 'redemption') OR (r.kind = 'clawback' AND p.kind = 'award')
          OR (r.kind = 'reversal' AND p.kind = 'adjustment'))""",
    ),
    Invariant(
        "issued_adds_up",
        "Issued = outstanding + redeemed + expired + reversed + adjusted, per unit.",
        f"""SELECT totals.unit, issued, outstanding FROM ({_TOTALS}) totals
        JOIN (SELECT unit, sum(balance) AS outstanding FROM accounts
          WHERE kind IN ('available', 'pending', 'code') GROUP BY unit) held ON held.unit = totals.unit
        WHERE issued <> outstanding + redeemed + expired + reversed + adjusted""",
    ),
    Invariant(
        "large_adjustment_was_checked",
        "An adjustment of more than 10,000 points names a second person.",
        """SELECT p.id FROM postings p JOIN transfers t ON t.posting_id = p.id
        WHERE p.kind = 'adjustment' AND t.amount > 10000 AND (p.checker_id IS NULL OR p.checker_id = p.actor_id)""",
    ),
)

STANDING_ON_IT = (
    Invariant(
        "order_paid_once",
        "An order has one payment posting, over its points; a refund belongs to an order that ended.",
        """SELECT o.id FROM orders o LEFT JOIN postings p ON p.order_id = o.id AND p.kind = 'redemption'
        LEFT JOIN transfers t ON t.posting_id = p.id
        GROUP BY o.id, o.points HAVING count(DISTINCT p.id) <> 1 OR coalesce(sum(t.amount), 0) <> o.points
        UNION ALL SELECT o.id FROM orders o JOIN postings p ON p.order_id = o.id AND p.kind = 'refund'
        WHERE o.state NOT IN ('failed', 'cancelled')
        UNION ALL SELECT o.id FROM orders o JOIN postings p ON p.order_id = o.id AND p.kind = 'redemption'
        WHERE o.payment_posting_id IS NOT NULL AND o.payment_posting_id <> p.id""",
    ),
    Invariant(
        "payment_belongs_to_the_buyer",
        "An order is paid from gift codes and the wallet of who placed it, in the organisation of that day.",
        """SELECT o.id FROM orders o JOIN postings p ON p.order_id = o.id AND p.kind = 'redemption'
        JOIN transfers t ON t.posting_id = p.id JOIN accounts a ON a.id = t.from_account_id
        WHERE NOT (a.owner_kind = 'code' OR (a.owner_kind = 'member' AND a.owner_id = o.person_id))
        OR p.organisation_id <> o.organisation_id""",
    ),
    Invariant(
        "voucher_in_one_order",
        "A voucher code was handed out in one order only.",
        """SELECT reward_id, code_digest FROM voucher_codes WHERE order_line_id IS NOT NULL
        GROUP BY reward_id, code_digest HAVING count(DISTINCT order_line_id) > 1 OR count(*) > 1
        UNION ALL SELECT l.id, 'more than bought' FROM order_lines l JOIN voucher_codes v ON v.order_line_id = l.id
        GROUP BY l.id, l.quantity HAVING count(*) > l.quantity""",
    ),
    Invariant(
        "award_matches_its_program",
        "An award's posting and the program's own record agree on fact, version, rule and points.",
        """SELECT p.id FROM postings p LEFT JOIN program_awards w ON w.posting_id = p.id
        WHERE p.kind = 'award' AND p.program_version_id IS NOT NULL AND (w.id IS NULL
          OR w.version_id <> p.program_version_id OR w.rule_key <> p.rule_key OR w.activity_id <> p.activity_id
          OR w.points <> (SELECT sum(amount) FROM transfers t WHERE t.posting_id = p.id))""",
    ),
    Invariant(
        "no_award_for_a_voided_fact",
        "An award for a fact that was voided has been taken back.",
        """SELECT p.id FROM postings p JOIN activities f ON f.id = p.activity_id
        WHERE p.kind = 'award' AND f.voided_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM postings r WHERE r.reverses_posting_id = p.id)""",
    ),
    Invariant(
        "no_mixed_organisations",
        "No posting of one organisation refers to another's fact, posting, wallet or member.",
        """SELECT 'fact' AS what, p.id FROM postings p JOIN activities f ON f.id = p.activity_id
        WHERE p.organisation_id <> f.organisation_id
        UNION ALL SELECT 'reversal', r.id FROM postings r JOIN postings p ON p.id = r.reverses_posting_id
        WHERE r.organisation_id <> p.organisation_id
        UNION ALL SELECT 'wallet', p.id FROM postings p JOIN transfers t ON t.posting_id = p.id
        JOIN accounts a ON a.id IN (t.from_account_id, t.to_account_id)
        WHERE a.owner_kind = 'organisation' AND p.organisation_id <> a.owner_id
        UNION ALL SELECT 'member', p.id FROM postings p JOIN transfers t ON t.posting_id = p.id
        JOIN accounts a ON a.id = t.to_account_id
        WHERE a.owner_kind = 'member' AND p.kind IN ('award', 'share') AND p.organisation_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM memberships m
          WHERE m.person_id = a.owner_id AND m.organisation_id = p.organisation_id)""",
    ),
)

INVARIANTS = LEDGER + STANDING_ON_IT + GIFT_CODES
