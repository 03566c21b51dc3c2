-- The state of the customer's account, and when a reset link was last asked for.
SELECT
  l.account_state, l.email, l.last_sign_in,
  (SELECT MAX(r.requested_at) FROM password_resets r WHERE r.learner_id = l.id) AS reset_at
FROM learners l
WHERE l.id = :customer_id
