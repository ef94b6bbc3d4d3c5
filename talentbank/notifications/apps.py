from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "talentbank.notifications"
    label = "notifications"

    def ready(self) -> None:
        from talentbank.accounts.mailing import register_mail_queue
        from talentbank.notifications.services import mail_queue, register_subscriber
        from talentbank.notifications.webhooks.deliveries import fan_out

        register_mail_queue(mail_queue)
        register_subscriber(fan_out)
