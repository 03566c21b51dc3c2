SELECT lesson, starts_at, minutes, room
FROM live_classes
WHERE course_id = :course_id AND starts_at > :now
ORDER BY starts_at
LIMIT 4
