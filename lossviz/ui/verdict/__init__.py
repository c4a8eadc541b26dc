"""What is drawn of a verdict, wherever the trainings ran."""
