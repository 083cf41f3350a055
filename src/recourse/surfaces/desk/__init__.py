"""Pages for staff: sign-in, queue, case, assessment, notice. Every case is opened for a stated purpose."""
