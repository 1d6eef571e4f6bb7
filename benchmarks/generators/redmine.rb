# Fills an empty Redmine: one project of 50 issues, each preceding the next, and prints what a client needs to know.
count = 50
Setting.rest_api_enabled = "1"
Setting.notified_events = []
admin = User.find_by_login("admin")
admin.password = admin.password_confirmation = "benchmark-password"
admin.must_change_passwd = false
admin.save!
User.current = admin
project = Project.create!(name: "Chain", identifier: "chain", tracker_ids: Tracker.pluck(:id), enabled_module_names: ["issue_tracking"])
start = Date.new(2026, 3, 2)
issues = (0...count).map do |number|
  day = start + number * 2
  Issue.create!(project: project, tracker: project.trackers.first, author: admin, subject: "Thing #{number}",
                priority: IssuePriority.first, status: IssueStatus.first, start_date: day, due_date: day + 1)
end
issues.each_cons(2) { |from, to| IssueRelation.create!(issue_from: from, issue_to: to, relation_type: "precedes") }
first = issues.first.reload
puts "READY #{{ key: admin.api_key, first: first.id, last: issues.last.id, start: first.start_date.to_s }.to_json}"
