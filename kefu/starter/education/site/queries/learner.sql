SELECT account_state
FROM learners
WHERE id = :learner_id
