-- When the customer completed the lessons of one course.
SELECT p.lesson, p.completed_at
FROM progress p
JOIN enrolments e ON e.id = p.enrolment_id
WHERE e.learner_id = :customer_id AND e.id = :enrolment
ORDER BY p.completed_at, p.lesson
