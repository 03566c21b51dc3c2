-- When the last class of a live course begins.
SELECT MAX(starts_at) AS starts_at
FROM live_classes
WHERE course_id = :course_id
