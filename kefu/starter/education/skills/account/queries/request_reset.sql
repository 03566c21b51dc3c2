-- Ask for a reset link to the address on record; the number makes a repeat harmless.
INSERT INTO password_resets (number, learner_id, requested_at)
SELECT CAST(:number AS TEXT), l.id, CAST(:requested_at AS TEXT)
FROM learners l
WHERE l.id = :customer_id
ON CONFLICT (number) DO NOTHING
