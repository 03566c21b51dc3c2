SELECT number, title_zh, title_en, minutes
FROM lessons
WHERE course_id = :course_id
ORDER BY number
