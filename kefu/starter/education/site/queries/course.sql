SELECT c.id, c.title_zh, c.title_en, c.subject, c.level, c.form, c.lessons, c.price_fen, t.name AS teacher
FROM courses c
JOIN teachers t ON t.id = c.teacher_id
WHERE c.id = :course_id
